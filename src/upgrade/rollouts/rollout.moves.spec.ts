import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService } from '../../../test/fakes/services.js';
import { anAttempt } from '../../../test/fakes/situations.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { parseImageReference } from '../../domain/image-reference.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { settle, type Move } from './move.js';
import { RolloutMoves } from './rollout.moves.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const WHY = reason('rancher.forbidden', 'Rancher forbids it');

describe(RolloutMoves.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(aService());
  });

  afterEach(() => rig.close());

  describe('starting', () => {
    it('writes down what it is about to do before it asks', async () => {
      const stored = await given();
      rig.backend.gates.set('start', rig.clock.sleep(9000));

      const done = rig.moves.carryOut({ stored, noted: stored }, starting('2.1.0'));
      await rig.clock.advance(0);
      const meanwhile = await rig.rollout();
      await rig.clock.advance(9000);
      const after = await done;

      expect(meanwhile).toMatchObject({
        status: 'queued',
        attempt: {
          revision: 'before',
          image: OLD,
          count: 1,
          open: true,
          last: null,
          restoring: false,
          at: noonPlus(0),
        },
      });
      expect(after).toMatchObject({ status: 'upgrading', revision: 'ours-1', attempt: { open: false } });
      expect(after).toEqual(await rig.rollout());
    });

    it('asks for nothing if that cannot be written down', async () => {
      const stored = await given();
      rig.store.refuses = () => failure('store.unavailable');

      const done = rig.moves.carryOut({ stored, noted: stored }, starting('2.1.0'));

      await expect(done).rejects.toMatchObject({ code: 'store.unavailable' });
      expect(rig.backend.acts).toEqual([]);
    });

    it('asks for nothing if somebody else has written in between', async () => {
      const stored = await given();
      await rig.store.commit({ rollouts: [stored] });

      const done = rig.moves.carryOut({ stored, noted: stored }, starting('2.1.0'));

      await expect(done).rejects.toMatchObject({ code: 'store.conflict' });
      expect(rig.backend.acts).toEqual([]);
    });

    it('leaves the attempt open if what came of it cannot be written down', async () => {
      const stored = await given();
      rig.store.refuses = ({ rollouts }) =>
        rollouts?.[0]?.status === 'upgrading' ? failure('store.unavailable') : null;

      const done = rig.moves.carryOut({ stored, noted: stored }, starting('2.1.0'));

      await expect(done).rejects.toMatchObject({ code: 'store.unavailable' });
      expect(await rig.rollout()).toMatchObject({ status: 'queued', attempt: { open: true } });
    });

    it.each([
      ['a tag that is a version', OLD, '2.1.0', false],
      ['a tag that moves', OLD, 'latest', true],
      ['the tag that runs already', OLD, '2.0.4', true],
      ['a digest', OLD, `latest@sha256:${'a'.repeat(64)}`, false],
      ['a version where nobody can tell what runs', '!', '2.1.0', false],
    ])('lets hosts pull %s if they must', async (_, from, to, pull) => {
      const stored = await given();

      await rig.moves.carryOut({ stored, noted: stored }, starting(to, from));

      expect(rig.backend.orders).toEqual([
        { image: `registry.acme.io/shop/web:${to}`, startFirst: false, pull, notAfter: noonPlus(10) },
      ]);
    });

    it.each([
      ['rancher.refused', 'failed', { open: true, count: 1 }, 'rollout.refused'],
      ['rancher.uncertain', 'queued', { open: true, count: 1 }, 'rancher.error'],
      ['rancher.conflict', 'queued', { open: false, count: 1 }, 'rancher.error'],
      ['rancher.not_found', 'queued', { open: false, count: 1 }, 'rancher.error'],
      ['rancher.unreachable', 'queued', { open: false, count: 0 }, 'rancher.unreachable'],
      ['rancher.unauthorized', 'queued', { open: false, count: 0 }, 'rancher.unauthorized'],
      ['rancher.error', 'queued', { open: false, count: 0 }, 'rancher.error'],
    ] as const)('that fails with %s leaves it %s', async (code, status, attempt, why) => {
      const stored = await given();
      rig.backend.failures.set('start', failure(code));

      const after = await rig.moves.carryOut({ stored, noted: stored }, starting('2.1.0'));

      expect(after).toMatchObject({ status, attempt });
      expect([after.reason?.code, after.dueAt]).toEqual([why, noonPlus(status === 'failed' ? 0 : 2)]);
      expect(after).toEqual(await rig.rollout());
    });
  });

  describe('deploying what was there before anew', () => {
    const FAILED_START = { open: false, count: 1, restoring: false };

    async function restoring(): Promise<Rollout> {
      const stored = await given({ attempt: anAttempt(FAILED_START) });
      const move = { do: 'restore', service: rig.backend.get('1s7'), image: OLD } as const;
      return rig.moves.carryOut({ stored, noted: stored }, move);
    }

    it('is asked for like a start: within ten seconds, and written down before', async () => {
      rig.backend.gates.set('start', rig.clock.sleep(9000));

      const done = restoring();
      await rig.clock.advance(0);
      const meanwhile = await rig.rollout();
      await rig.clock.advance(9000);

      expect(meanwhile).toMatchObject({
        status: 'queued',
        attempt: { open: true, count: 2, restoring: true },
      });
      expect(await done).toMatchObject({
        status: 'queued',
        attempt: { open: false, count: 2, restoring: true },
      });
      expect(rig.backend.orders).toEqual([
        { image: OLD, startFirst: false, pull: false, notAfter: noonPlus(10) },
      ]);
    });

    it.each([
      ['rancher.refused', 'failed', { open: true, count: 2 }, null],
      ['rancher.uncertain', 'queued', { open: true, count: 2, restoring: true }, null],
      ['rancher.conflict', 'queued', { ...FAILED_START, count: 2 }, null],
      ['rancher.unreachable', 'queued', FAILED_START, { since: noonPlus(0), attempts: 1 }],
    ] as const)('and fails with %s, leaves it %s', async (code, status, attempt, outage) => {
      rig.backend.failures.set('start', failure(code));

      const after = await restoring();

      expect(after).toMatchObject({ status, attempt, outage });
      expect(after).toEqual(await rig.rollout());
    });
  });

  describe('that never gets through, though Rancher can be seen', () => {
    it.each([
      ['waits', 3599, 'queued'],
      ['is given up when patience has run out', 3600, 'failed'],
    ])('%s after %d s', async (_, seconds, status) => {
      rig.backend.failures.set('start', failure('rancher.forbidden', 'Rancher forbids it'));
      const outage = anOutage({ attempts: 7, reason: WHY });
      const stored = await given({ outage });
      await rig.clock.advance(seconds * 1000);

      const noted = { ...stored, outage: null };
      const after = await rig.moves.carryOut({ stored, noted }, starting('2.1.0'));

      const message = 'Rancher forbids it; this has been so since 2026-03-02T12:00:00.000Z';
      expect(after).toMatchObject({ status, outage: { since: noonPlus(0), attempts: 8 } });
      expect(after.reason).toEqual(status === 'failed' ? { ...WHY, message } : WHY);
    });

    it('is warned of once', async () => {
      rig.backend.failures.set('start', failure('rancher.forbidden', 'Rancher forbids it'));
      const first = await given();
      const second = await rig.moves.carryOut({ stored: first, noted: first }, starting('2.1.0'));

      await rig.moves.carryOut({ stored: second, noted: { ...second, outage: null } }, starting('2.1.0'));

      const message = 'web: the start did not get through to Rancher';
      const levels = rig.logged.filter((line) => line['message'] === message).map(({ level }) => level);
      expect(levels).toEqual(['warn', 'info']);
    });
  });

  describe('finishing', () => {
    const since = noonPlus(0);
    const upgrading = { status: 'upgrading', revision: 'ours', startedAt: since, timedFrom: since } as const;

    it('writes down what it is about to do before it asks', async () => {
      const stored = await given(upgrading);
      rig.backend.gates.set('finish', rig.clock.sleep(9000));

      const done = rig.moves.carryOut({ stored, noted: stored }, { do: 'finish' });
      await rig.clock.advance(0);
      const meanwhile = await rig.rollout();
      await rig.clock.advance(9000);

      expect(meanwhile.status).toBe('finishing');
      expect(await done).toEqual(meanwhile);
    });

    it('says that it asks again, once', async () => {
      const stored = await given({ ...upgrading, status: 'finishing' });

      const again = await rig.moves.carryOut({ stored, noted: stored }, { do: 'finish' });
      await rig.moves.carryOut({ stored: again, noted: again }, { do: 'finish' });

      expect(again.reason).toMatchObject({ message: 'it was asked to, and the service is still upgraded' });
      expect(rig.backend.acts).toEqual(['0 finish 1s7', '0 finish 1s7']);
      expect(rig.store.commits).toHaveLength(2);
    });

    it('writes down that an outage is over', async () => {
      const outage = anOutage({ reason: WHY });
      const stored = await given({ ...upgrading, status: 'finishing', outage });

      const noted = { ...stored, outage: null };
      const after = await rig.moves.carryOut({ stored, noted }, { do: 'finish' });

      expect(after).toMatchObject({ status: 'finishing', outage: null });
    });

    it.each(['rancher.refused', 'rancher.uncertain', 'rancher.conflict', 'rancher.unreachable'] as const)(
      'leaves it to the next look what came of it, if it fails with %s, but says why',
      async (code) => {
        const stored = await given(upgrading);
        rig.backend.failures.set('finish', failure(code, 'no'));

        const after = await rig.moves.carryOut({ stored, noted: stored }, { do: 'finish' });

        expect(after).toMatchObject({ status: 'finishing', reason: { message: 'no' } });
        expect(after).toEqual(await rig.rollout());
      },
    );

    it('does not hide a bug', async () => {
      const stored = await given(upgrading);
      rig.backend.failures.set('finish', new TypeError('a bug'));

      const done = rig.moves.carryOut({ stored, noted: stored }, { do: 'finish' });

      await expect(done).rejects.toThrow('a bug');
    });
  });

  it('writes nothing while one under way goes on as it was', async () => {
    const stored = await given({ status: 'upgrading' });

    const after = await rig.moves.carryOut({ stored, noted: stored }, { do: 'wait', because: null });

    expect(after).toBe(stored);
    expect(rig.store.commits).toHaveLength(1);
  });

  it('writes down what a look at one under way has told', async () => {
    const stored = await given({ status: 'upgrading' });

    await rig.moves.carryOut({ stored, noted: { ...stored, unseenMs: 7 } }, { do: 'wait', because: null });

    expect(await rig.rollout()).toMatchObject({ unseenMs: 7 });
  });

  it('says of one that waits that it is seen again after an outage, once', async () => {
    const stored = await given({ status: 'awaiting_confirmation', outage: anOutage() });

    const seen = await rig.moves.carryOut(
      { stored, noted: { ...stored, outage: null } },
      { do: 'wait', because: null },
    );
    await rig.moves.carryOut({ stored: seen, noted: seen }, { do: 'wait', because: null });

    expect(rig.logged).toMatchObject([{ level: 'info', message: 'web: seen again', rollout: 'r1' }]);
    expect(await rig.store.journal({ after: 0, limit: 9 })).toMatchObject([{ message: 'seen again' }]);
  });

  it('writes one log line for each move, which says what it is about', async () => {
    const stored = await given();
    const why = reason('label.off', 'not opted in');

    await rig.moves.carryOut({ stored, noted: stored }, settle('skipped', why));

    expect(rig.logged).toMatchObject([
      {
        level: 'info',
        message: 'web: skipped',
        code: 'label.off',
        reason: 'not opted in',
        upgrade: 'u1',
        rollout: 'r1',
        service: 'shop/web',
        environment: 'production',
      },
      { message: 'registry.acme.io/shop/web:2.1.0: nothing_to_do', upgrade: 'u1' },
    ]);
  });

  it('gives up a rollout as it is stored now, because of a bug', async () => {
    const stored = await given();
    await rig.store.commit({ rollouts: [stored] });

    await rig.moves.abandon(stored);
    await rig.moves.abandon({ ...stored, id: 'r9' });

    expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'internal.error' } });
  });

  async function given(overrides: Partial<Rollout> = {}): Promise<Rollout> {
    await rig.stored({ planAt: null }, [aRollout(overrides)]);
    return rig.rollout();
  }

  function starting(version: string, from = OLD): Move {
    const parsed = parseImageReference(`registry.acme.io/shop/web:${version}`);
    if (!parsed.ok) throw new Error(parsed.problem);
    const before = { revision: 'before', image: from, last: null };
    return { do: 'start', service: rig.backend.get('1s7'), to: parsed.reference, before };
  }
});
