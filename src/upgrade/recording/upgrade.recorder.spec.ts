import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALICE, anOptions, aPlan, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { anAttempt } from '../../../test/fakes/situations.js';
import type { Rollout, RolloutStatus } from '../../domain/rollout.js';
import type { Upgrade, UpgradeOptions } from '../../domain/upgrade.js';
import type { Standing } from '../../store/upgrade-store.js';
import { auditEntry } from '../origin.js';
import { read } from '../planning/planning-changes.js';
import { UpgradeRecorder } from './upgrade.recorder.js';

const SAID = { message: 'starting' };
const noWords = () => undefined;

describe(UpgradeRecorder.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
  });

  afterEach(() => rig.close());

  it('answers a rollout as it is stored', async () => {
    await given('queued');

    const written = await moves('r1', 'upgrading');

    expect(written).toEqual(await rig.rollout('r1'));
    expect(written).toMatchObject({ status: 'upgrading', version: 2 });
  });

  it('lets the upgrade be while others move', async () => {
    await given('queued', 'upgrading');

    await moves('r1', 'finished');

    expect((await rig.record()).upgrade).toMatchObject({ status: 'running', version: 1 });
    expect(rig.notices).toEqual([]);
  });

  it('lets the upgrade be while planning goes on', async () => {
    await rig.stored({ planAt: noonPlus(8) }, [aRollout()]);

    await moves('r1', 'finished');

    expect((await rig.record()).upgrade.status).toBe('running');
    expect(rig.notices).toEqual([]);
  });

  it('writes the last outcome, the status it gives the upgrade and the notice in one change', async () => {
    await given('finished', 'upgrading');
    await rig.clock.advance(5000);

    await moves('r2', 'failed');

    expect(rig.store.commits.at(-1)).toMatchObject({
      rollouts: [{ id: 'r2', status: 'failed' }],
      upgrade: { status: 'partly_failed', finishedAt: noonPlus(5) },
      outbox: [
        {
          channel: 'slack',
          payload: { upgradeId: 'u1', status: 'partly_failed', lines: [{}, {}] },
          attempts: 0,
          createdAt: noonPlus(5),
          dueAt: noonPlus(5),
        },
      ],
    });
    expect(rig.logged).toMatchObject([
      { level: 'error', message: 'registry.acme.io/shop/web:2.1.0: partly_failed', upgrade: 'u1' },
    ]);
  });

  it('writes none of that if it cannot write all', async () => {
    await given('upgrading');
    rig.store.refuses = ({ outbox }) => (outbox?.length ? failure('store.unavailable') : null);

    await expect(moves('r1', 'finished')).rejects.toMatchObject({ code: 'store.unavailable' });

    expect(await rig.record()).toMatchObject({
      upgrade: { status: 'running' },
      rollouts: [{ status: 'upgrading' }],
    });
    expect(rig.logged).toEqual([]);
  });

  it('tells people once: not again when what awaited confirmation ends', async () => {
    await given('finished', 'upgrading');

    await moves('r2', 'awaiting_confirmation');
    const awaiting = (await rig.record()).upgrade;
    await moves('r2', 'finished');

    expect(awaiting).toMatchObject({ status: 'awaiting_confirmation', finishedAt: null });
    expect((await rig.record()).upgrade).toMatchObject({ status: 'succeeded', finishedAt: NOON });
    expect(rig.notices.map(({ status }) => status)).toEqual(['awaiting_confirmation']);
  });

  it('writes a look at what awaits confirmation without touching the upgrade', async () => {
    await given('awaiting_confirmation');

    await moves('r1', 'awaiting_confirmation', { dueAt: noonPlus(60) });

    expect(rig.store.commits.at(-1)).toEqual({
      rollouts: [expect.objectContaining({ dueAt: noonPlus(60) })],
      journal: [],
      holds: [],
      lifted: [],
    });
  });

  it('settles the upgrade once, when its last rollouts end at the same time', async () => {
    await given('upgrading', 'upgrading', 'upgrading');

    await Promise.all(['r1', 'r2', 'r3'].map((id) => moves(id, 'finished')));

    expect((await rig.record()).upgrade).toMatchObject({ status: 'succeeded', version: 2 });
    expect(rig.notices).toHaveLength(1);
  });

  it('settles the upgrade once, when planning and the last rollout end at the same time', async () => {
    await rig.stored({}, [aRollout({ status: 'upgrading' })], [aPlan({ status: 'pending' })]);

    await Promise.all([
      rig.recorder.planned('u1', (record) =>
        read(record, aPlan({ status: 'pending' }), { rollouts: [], skipped: [] }, NOON),
      ),
      moves('r1', 'finished'),
    ]);

    expect((await rig.record()).upgrade.status).toBe('succeeded');
    expect(rig.notices).toHaveLength(1);
  });

  it('refuses a move of a rollout that has moved on', async () => {
    await given('queued');
    const old = await rig.rollout();
    await moves('r1', 'upgrading');

    const late = rig.recorder.rollout(old, { ...old, status: 'finished' }, null, noWords);

    await expect(late).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await rig.rollout()).toMatchObject({ status: 'upgrading' });
  });

  describe('a start', () => {
    it.each<[string, Partial<UpgradeOptions>, readonly RolloutStatus[], string | null]>([
      ['no limit', {}, ['failed', 'upgrading', 'finishing'], null],
      ['a limit of failures that is not reached', { maxFailures: 2 }, ['failed'], null],
      ['a limit of failures that is reached', { maxFailures: 2 }, ['failed', 'rolled_back'], 'settle'],
      ['room for one more', { maxParallel: 2 }, ['upgrading', 'finished'], null],
      ['no room for one more', { maxParallel: 2 }, ['upgrading', 'finishing'], 'wait'],
    ])('is hindered by what is written before: %s', async (_, limits, others, expected) => {
      await given('queued', ...others);
      await decided(({ upgrade }) => ({ ...upgrade, options: anOptions(limits) }));

      const begun = await begins('r1');

      expect('hindered' in begun ? begun.hindered.do : null).toBe(expected);
    });

    it('is hindered by the failure, the start and the cancellation that come just before it', async () => {
      await given('queued', 'queued', 'upgrading');
      await decided(({ upgrade }) => ({
        ...upgrade,
        options: anOptions({ maxFailures: 1, maxParallel: 2 }),
      }));
      const [first, second, third] = await Promise.all([
        rig.rollout('r1'),
        rig.rollout('r2'),
        rig.rollout('r3'),
      ]);
      const attempt = anAttempt();

      const started = rig.recorder.begin(first, { ...first, attempt }, SAID);
      const tooMany = rig.recorder.begin(second, { ...second, attempt }, SAID);
      const fails = rig.recorder.rollout(third, { ...third, status: 'failed' }, null, noWords);
      const stopped = rig.recorder.begin(second, { ...second, attempt }, SAID);
      const cancelled = decided(({ upgrade }) => ({ ...upgrade, cancelledAt: NOON }));
      const called = rig.recorder.begin(second, { ...second, attempt }, SAID);
      await Promise.all([fails, cancelled]);

      expect(await started).toMatchObject({ attempt });
      expect(await tooMany).toEqual({ hindered: { do: 'wait', because: null } });
      expect(await stopped).toMatchObject({ hindered: { reason: { code: 'upgrade.stopped' } } });
      expect(await called).toMatchObject({ hindered: { reason: { code: 'rollout.cancel_asked' } } });
    });

    it('does not count the rollout itself as one of the others', async () => {
      await given('queued');
      await decided(({ upgrade }) => ({
        ...upgrade,
        options: anOptions({ maxParallel: 1 }),
      }));

      const once = await begins('r1');
      const again = await begins('r1');

      expect([once, again]).toMatchObject([{ version: 2 }, { version: 3 }]);
    });
  });

  it('says of an upgrade that is over all there is to say, in one line', async () => {
    await given('finished', 'failed', 'finished', 'upgrading');
    await rig.clock.advance(61_000);
    rig.logged.length = 0;

    await moves('r4', 'finished');

    expect(rig.logged).toEqual([
      {
        level: 'error',
        time: expect.any(String),
        message: 'registry.acme.io/shop/web:2.1.0: partly_failed',
        upgrade: 'u1',
        image: 'registry.acme.io/shop/web:2.1.0',
        status: 'partly_failed',
        summary: '3 of 4 services done, 1 failed',
        rollouts: { finished: 3, failed: 1 },
        failures: 1,
        ms: 61_000,
        request: 'request-1',
        caller: 'alice',
      },
    ]);
  });

  it('takes an upgrade that is not there for a bug', async () => {
    await expect(rig.recorder.recorded('u9')).rejects.toThrow('upgrade u9 is not in the store');
    await expect(rig.recorder.standing('u9')).rejects.toThrow('upgrade u9 is not in the store');
  });

  /** Stores an upgrade with rollouts r1, r2 … of different services. */
  async function given(...statuses: readonly RolloutStatus[]): Promise<void> {
    const rollouts = statuses.map((status, index) => {
      const id = `r${index + 1}`;
      return aRollout({ id, status, service: { backend: 'cattle', environment: '1a5', id } });
    });
    await rig.stored({ planAt: null }, rollouts);
  }

  function decided(choose: (stored: Standing) => Upgrade): Promise<boolean> {
    const entry = auditEntry('confirm', ALICE, NOON, { upgradeId: 'u1', image: 'web:2' });
    return rig.recorder.decided(entry, choose);
  }

  async function begins(id: string) {
    const before = await rig.rollout(id);
    return rig.recorder.begin(before, { ...before, attempt: anAttempt() }, SAID);
  }

  async function moves(id: string, status: RolloutStatus, more: Partial<Rollout> = {}): Promise<Rollout> {
    const before = await rig.rollout(id);
    return rig.recorder.rollout(before, { ...before, ...more, status }, null, noWords);
  }
});
