import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idle } from '../../test/fakes/hand-clock.js';
import { turnsDuring } from '../../test/fakes/loop.js';
import { ALICE, anOptions, NOON } from '../../test/fakes/records.js';
import { failure } from '../../test/fakes/scripted-backend.js';
import { aService } from '../../test/fakes/services.js';
import { UpgradeRig } from '../../test/fakes/upgrade-rig.js';
import { parseImageReference } from '../domain/image-reference.js';
import type { UpgradeRecord } from '../store/upgrade-store.js';
import { UpgradePreview } from './planning/upgrade.preview.js';
import { UpgradeService, type Asked } from './upgrade.service.js';

describe(UpgradeService.name, () => {
  let rig: UpgradeRig;
  let upgrades: UpgradeService;

  beforeEach(() => {
    rig = new UpgradeRig();
    const previews = new UpgradePreview(rig.planner, rig.clock);
    upgrades = new UpgradeService(rig.store, previews, rig.settings, rig.clock, rig.log);
  });

  afterEach(() => rig.close());

  describe('accepting', () => {
    it('writes the upgrade down before it answers, and asks Rancher nothing', async () => {
      rig.backend.failures.set('environments', new Error('asked'));

      const { upgrade } = (await upgrades.accept(asked('web'))).record;

      expect(await rig.record(upgrade.id)).toEqual({
        upgrade: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          image: 'web:latest',
          repository: 'docker.io/library/web',
          options: anOptions(),
          ...ALICE,
          status: 'running',
          createdAt: NOON,
          finishedAt: null,
          planAt: NOON,
          outage: null,
          cancelledAt: null,
          failures: 0,
          alarmed: [],
          version: 1,
        },
        plans: [],
        rollouts: [],
      });
    });

    it('keeps who asked, with the upgrade', async () => {
      const { upgrade } = (await upgrades.accept(asked('acme/web:2.0'))).record;

      expect(await rig.store.audit({ limit: 10 })).toEqual({
        data: [
          {
            id: 1,
            at: NOON,
            action: 'upgrade',
            upgradeId: upgrade.id,
            image: 'acme/web:2.0',
            rolloutId: null,
            environment: null,
            stack: null,
            service: null,
            ...ALICE,
          },
        ],
        next: null,
      });
    });

    it('accepts no more than may wait to be planned, and all it knows already', async () => {
      rig.settings.AUTOUPDATE_MAX_WAITING = 2;
      const first = await upgrades.accept(asked('acme/web:1'));
      await upgrades.accept({ ...asked('acme/web:2'), key: 'k2' });

      const refused = upgrades.accept({ ...asked('acme/web:3'), key: 'k3' });

      await expect(refused).rejects.toMatchObject({
        code: 'service.full',
        details: { retryAfterMs: 30_000 },
      });
      expect((await rig.store.audit({ limit: 10 })).data).toHaveLength(2);
      expect(await rig.store.key('alice k3')).toBeNull();
      const joined = await upgrades.accept(asked('acme/web:1'));
      expect(joined.record.upgrade.id).toBe(first.record.upgrade.id);
      expect((await upgrades.accept({ ...asked('acme/web:2'), key: 'k2' })).isNew).toBe(false);
    });

    it.each([
      ['web', 'web:latest'],
      ['acme/web:2.0', 'acme/web:2.0'],
      [`acme/web@sha256:${'a'.repeat(64)}`, `acme/web@sha256:${'a'.repeat(64)}`],
    ])('keeps %s as %s', async (text, image) => {
      expect((await upgrades.accept(asked(text))).record.upgrade.image).toBe(image);
    });

    it('says so in one line, with what was asked', async () => {
      const { upgrade } = (await upgrades.accept(asked('acme/web:2.0'))).record;

      expect(rig.logged).toMatchObject([
        { message: 'accepted: acme/web:2.0', upgrade: upgrade.id, request: 'request-1', confirm: true },
      ]);
    });

    it('says which upgrade a request is that is told again under its key', async () => {
      const push = { ...asked('acme/web:2.0'), key: 'build-1' };
      const { upgrade } = (await upgrades.accept(push)).record;

      await upgrades.accept({ ...push, requestId: 'request-2' });

      expect(rig.logged.slice(1)).toMatchObject([
        {
          level: 'info',
          message: 'known by its key: acme/web:2.0',
          upgrade: upgrade.id,
          request: 'request-2',
        },
      ]);
    });

    it('lets callers with names have their keys for themselves, and those without share theirs', async () => {
      const body = asked('acme/web:2.0');
      const other = asked('acme/web:3.0');
      const ids = [];
      for (const push of [
        { ...body, ...by('alice') },
        { ...other, ...by('bob') },
        { ...asked('acme/web:4.0'), ...by('bob build-1') },
        { ...asked('acme/web:5.0'), ...by(null) },
      ]) {
        ids.push((await upgrades.accept(push)).record.upgrade.id);
      }

      const again = [
        await upgrades.accept({ ...other, ...by('bob') }),
        await upgrades.accept({ ...asked('acme/web:5.0'), ...by(null), caller: null }),
      ];
      const refused = upgrades.accept({ ...other, ...by('alice') });

      await expect(refused).rejects.toMatchObject({
        code: 'request.conflict',
        message: `the Idempotency-Key is that of another request, which became the upgrade ${ids[0]}`,
      });
      expect(new Set(ids).size).toBe(4);
      expect(again).toMatchObject([
        { isNew: false, record: { upgrade: { id: ids[1] } } },
        { isNew: false, record: { upgrade: { id: ids[3] } } },
      ]);
    });

    it('accepts nothing that it cannot write down', async () => {
      rig.store.refuses = () => failure('store.unavailable');

      await expect(upgrades.accept(asked('web'))).rejects.toMatchObject({ code: 'store.unavailable' });

      expect(rig.logged).toEqual([]);
    });
  });

  it('shows what it would do, and keeps nothing of it', async () => {
    rig.backend.put(aService());

    const { rollouts } = await upgrades.preview(
      asked('registry.acme.io/shop/web:2.1.0'),
      new AbortController().signal,
    );

    expect(rollouts).toMatchObject([{ name: 'web' }]);
    expect(rig.store.commits).toEqual([]);
  });

  it('says that there is no such upgrade', async () => {
    await expect(upgrades.find('u"9')).rejects.toMatchObject({
      code: 'request.not_found',
      message: 'there is no upgrade "u\\"9"',
    });
  });

  it('lists', async () => {
    await rig.stored({});

    const { data, next } = await upgrades.list({ limit: 10 });

    expect([data.map(({ upgrade }) => upgrade.id), next]).toEqual([['u1'], null]);
  });

  describe('the history of an upgrade', () => {
    it.each([0, 1, 499, 500, 501, 1200])('is all of %i entries, oldest first', async (times) => {
      await happened(times);

      const told = (await upgrades.history('u1')).map(({ message }) => message);

      expect(told).toEqual(Array.from({ length: times }, (_, index) => `${index}`));
    });

    it('ends after 10,000 entries, and lets everything else have its turn while it is read', async () => {
      await happened(10_100);
      let history: readonly unknown[] = [];

      const turns = await turnsDuring(async () => (history = await upgrades.history('u1')));

      expect(history).toHaveLength(10_000);
      expect(turns).toBeGreaterThanOrEqual(19);
    });
  });

  describe('waiting until an upgrade has settled', () => {
    it.each(['awaiting_confirmation', 'succeeded', 'partly_failed', 'failed', 'nothing_to_do'] as const)(
      'answers at once if it is %s',
      async (status) => {
        await rig.stored({ status, planAt: null });

        const { isOver } = wait();
        await idle();

        expect(isOver()?.upgrade.status).toBe(status);
        expect(rig.clock.asleep).toBe(0);
      },
    );

    it('answers when it settles, as it is then', async () => {
      const { upgrade } = await rig.stored({});
      const { isOver } = wait();
      await rig.clock.advance(9000);
      const before = isOver();

      await rig.store.commit({ upgrade: { ...upgrade, status: 'failed', planAt: null } });
      await idle();

      expect([before, isOver()?.upgrade.status]).toEqual([undefined, 'failed']);
      expect(rig.clock.asleep).toBe(0);
    });

    it('does not answer for what else is written', async () => {
      const { upgrade } = await rig.stored({});
      const { isOver } = wait();

      await rig.store.commit({ upgrade: { ...upgrade, failures: 1 } });
      await rig.stored({ id: 'u2', status: 'failed', planAt: null });
      await idle();

      expect(isOver()).toBeUndefined();
    });

    it('answers at the limit, as it is then', async () => {
      await rig.stored({});
      const { isOver } = wait(10_000);

      await rig.clock.advance(9999);
      const before = isOver();
      await rig.clock.advance(1);

      expect([before, isOver()?.upgrade.status]).toEqual([undefined, 'running']);
    });

    it('answers when nobody waits any more', async () => {
      await rig.stored({});
      const { isOver, stop } = wait();
      await idle();

      stop.abort();
      await idle();

      expect(isOver()?.upgrade.status).toBe('running');
      expect(rig.clock.asleep).toBe(0);
    });

    it('says that there is no such upgrade', async () => {
      const waiting = upgrades.settled('u9', 10_000, new AbortController().signal);

      await expect(waiting).rejects.toMatchObject({ code: 'request.not_found' });
    });
  });

  /** Writes an upgrade to which so much has happened. */
  async function happened(times: number): Promise<void> {
    await rig.stored({});
    const entry = { at: NOON, upgradeId: 'u1', rolloutId: null, status: 'running', reason: null } as const;
    const journal = Array.from({ length: times }, (_, index) => ({ ...entry, message: `${index}` }));
    await rig.store.commit({ journal });
  }

  function wait(ms = 300_000) {
    const stop = new AbortController();
    let record: UpgradeRecord | undefined;
    void upgrades.settled('u1', ms, stop.signal).then((found) => (record = found));
    return { stop, isOver: () => record };
  }
});

function asked(text: string): Asked {
  const parsed = parseImageReference(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return { published: parsed.reference, options: anOptions(), key: null, ...ALICE };
}

/** What somebody names `build-1`, by way of the gateway. */
function by(name: string | null) {
  return { key: 'build-1', caller: { name, address: '10.0.0.7' } };
}
