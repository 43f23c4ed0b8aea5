import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Outage, Rollout } from '../../src/domain/rollout.js';
import type { ServiceRef } from '../../src/domain/service.js';
import type { EnvironmentPlan } from '../../src/domain/upgrade.js';
import { STORES } from '../../src/store/store.module.js';
import type { Change, UpgradeStore } from '../../src/store/upgrade-store.js';
import {
  anyEntry,
  anyHold,
  anyKey,
  anyOutboxItem,
  anyPlan,
  anyRollout,
  anyUpgrade,
} from '../fakes/any-record.js';
import { HandClock } from '../fakes/hand-clock.js';
import { anOutboxItem, anUpgrade, aPlan, aRollout, aSkipped, NOON, noonPlus } from '../fakes/records.js';
import { aHold, aKey, anEntry } from '../fakes/kept.js';
import { EVERYTHING, ids, makeDirectory, removeDirectory, startStore } from './running-store.js';

const OVERTAKEN = { code: 'store.conflict', message: expect.stringContaining('has changed meanwhile') };
const UNAVAILABLE = { code: 'store.unavailable' };

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s keeps upgrades', (_, kind) => {
  let directory: string;
  let clock: HandClock;
  let store: UpgradeStore;
  let close: () => Promise<void>;

  beforeEach(async () => {
    directory = await makeDirectory();
    clock = new HandClock(NOON.getTime());
    await open();
  });

  afterEach(async () => {
    await close();
    await removeDirectory(directory);
  });

  async function open(): Promise<void> {
    ({ store, close } = await startStore(kind, directory, clock));
  }

  describe('commit', () => {
    it('keeps an upgrade with its plans and rollouts, each as it was written', async () => {
      const upgrade = anUpgrade();
      const plans = [aPlan({ skipped: [aSkipped()] }), aPlan({ environment: environment('1a7') })];
      const rollouts = [aRollout(), aRollout({ id: 'r2', service: service('1s9') })];

      await store.commit({ upgrade, plans, rollouts });

      expect(await store.find('u1')).toStrictEqual({
        upgrade: { ...upgrade, version: 1 },
        plans,
        rollouts: rollouts.map((rollout) => ({ ...rollout, version: 1 })),
      });
    });

    it('finds nothing that was not committed', async () => {
      expect(await store.find('u1')).toBeNull();
    });

    it('gives every record back exactly, whatever it holds', async () => {
      let made = 0;
      const records = fc.record({
        upgrade: anyUpgrade,
        plan: anyPlan,
        rollout: anyRollout,
        item: anyOutboxItem,
        entry: anyEntry,
        hold: anyHold,
        key: anyKey,
      });

      await fc.assert(
        fc.asyncProperty(records, async ({ upgrade, plan, rollout, item, entry, ...more }) => {
          made += 1;
          const [id, upgradeId] = [`${made}`, `u${made}`];
          const hold = { ...more.hold, service: { ...more.hold.service, id } };
          const key = { ...more.key, key: more.key.key + id, upgradeId };

          await store.commit({
            upgrade: { ...upgrade, id: upgradeId },
            plans: [{ ...plan, upgradeId }],
            rollouts: [{ ...rollout, id, upgradeId }],
            outbox: [{ ...item, id }],
            journal: [{ ...entry, upgradeId }],
            holds: [hold],
            key,
          });

          expect(await store.find(upgradeId)).toEqual({
            upgrade: { ...upgrade, id: upgradeId, version: 1 },
            plans: [{ ...plan, upgradeId }],
            rollouts: [{ ...rollout, id, upgradeId, version: 1 }],
          });
          expect(await store.outbox(item.channel, made)).toContainEqual({ ...item, id });
          expect(await store.journal({ after: 0, upgradeId, limit: 2 })).toEqual([
            { ...entry, upgradeId, id: expect.any(Number) },
          ]);
          expect(await store.holds(hold.service)).toEqual([hold]);
          expect(await store.key(key.key)).toEqual(key);
        }),
      );
    });

    it.each([
      ['of nothing but NUL', '\0\0'],
      ['with a NUL in the middle', 'before\0after'],
      ['with characters outside the basic plane', 'ship it 🚢 漢字'],
      ['with half a character', 'a\ud83d'],
      ['of 100 kB', 'long ö\0 '.repeat(15_000)],
      ['that is empty', ''],
    ])('keeps text %s whole', async (_name, text) => {
      const rollout = aRollout({
        name: text,
        revision: text,
        reason: { code: 'rancher.error', message: text },
      });

      await store.commit({ upgrade: anUpgrade({ image: text }), rollouts: [rollout] });

      const found = await store.find('u1');
      expect(found?.rollouts).toStrictEqual([{ ...rollout, version: 1 }]);
      expect(found?.upgrade.image).toBe(text);
    });

    it.each([
      ['with all that may be missing', { finishedAt: null, planAt: null, outage: null, cancelledAt: null }],
      [
        'with all that may be there',
        { finishedAt: noonPlus(9), planAt: noonPlus(8), outage: anOutage(), cancelledAt: NOON },
      ],
    ])('replaces an upgrade %s', async (_name, fields) => {
      const old = anUpgrade({ finishedAt: noonPlus(1), planAt: null, outage: anOutage() });
      await store.commit({ upgrade: old });

      await store.commit({ upgrade: { ...old, ...fields, version: 1 } });

      expect((await store.find('u1'))?.upgrade).toStrictEqual({ ...old, ...fields, version: 2 });
    });

    it('replaces a rollout, which keeps its place', async () => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout(), aRollout({ id: 'r2' })] });
      const replaced = aRollout({ status: 'failed', reason: anOutage().reason, startedAt: NOON, version: 1 });

      await store.commit({ rollouts: [replaced] });

      const found = await store.find('u1');
      expect(found?.rollouts[0]).toStrictEqual({ ...replaced, version: 2 });
      expect(ids(found?.rollouts ?? [])).toEqual(['r1', 'r2']);
    });

    it.each([
      [
        'with all that may be missing',
        { proof: null, undoing: null, watchedUntil: null, supersededBy: null, confirmWithin: null },
      ],
      ['with all that may be there', aRolloutWithAll()],
      ['that was never sound', { proof: { ...aRolloutWithAll().proof, soundSince: null, starts: [] } }],
    ])('replaces a rollout %s', async (_name, fields) => {
      const old = aRollout(aRolloutWithAll());
      await store.commit({ upgrade: anUpgrade(), rollouts: [old] });

      await store.commit({ rollouts: [{ ...old, ...fields, version: 1 }] });

      expect((await store.find('u1'))?.rollouts).toStrictEqual([{ ...old, ...fields, version: 2 }]);
    });

    it('replaces the plan of the same upgrade and environment', async () => {
      const first = aPlan({ status: 'pending', outage: anOutage() });
      const other = aPlan({ environment: { ...first.environment, backend: 'another' } });
      await store.commit({ upgrade: anUpgrade(), plans: [first, other] });
      const replaced = aPlan({ status: 'planned', skipped: [aSkipped()] });

      await store.commit({ plans: [replaced] });

      expect((await store.find('u1'))?.plans).toStrictEqual([replaced, other]);
    });

    it('keeps thousands of services that plans leave, each in its place, and puts a few in place of them', async () => {
      const plans = [aPlanThatLeaves('1a7', 1234), aPlanThatLeaves('1a5', 500), aPlanThatLeaves('1a6', 0)];

      await store.commit({ upgrade: anUpgrade(), plans });

      expect((await store.find('u1'))?.plans).toStrictEqual(plans);

      const fewer = [aPlanThatLeaves('1a7', 1), aPlanThatLeaves('1a5', 0)];
      await store.commit({ plans: fewer });

      expect((await store.find('u1'))?.plans).toStrictEqual([...fewer, plans[2]]);
    });

    it('replaces the outbox item of the same id, in its place', async () => {
      await store.commit({ outbox: [anOutboxItem(), anOutboxItem({ id: 'o2' })] });
      const replaced = anOutboxItem({ attempts: 1, dueAt: noonPlus(5) });

      await store.commit({ outbox: [replaced] });

      expect(await store.outbox('slack', 9)).toStrictEqual([replaced, anOutboxItem({ id: 'o2' })]);
    });

    it('forgets outbox items that are done, and only those', async () => {
      await store.commit({ outbox: ['o1', 'o2', 'o3'].map((id) => anOutboxItem({ id })) });

      await store.commit({ outboxDone: ['o1', 'o3', 'o9'] });

      expect(ids(await store.outbox('slack', 9))).toEqual(['o2']);
    });

    it.each<[string, Change]>([
      ['an upgrade that is there already', { upgrade: anUpgrade({ version: 0 }) }],
      ['an upgrade read before somebody else wrote it', { upgrade: anUpgrade({ version: 1 }) }],
      ['an upgrade of a version to come', { upgrade: anUpgrade({ version: 3 }) }],
      ['an upgrade that is not there', { upgrade: anUpgrade({ id: 'u9', version: 1 }) }],
      ['a rollout that is there already', { rollouts: [aRollout({ version: 0 })] }],
      ['a rollout read before somebody else wrote it', { rollouts: [aRollout({ version: 1 })] }],
      ['a rollout that is not there', { rollouts: [aRollout({ id: 'r9', version: 1 })] }],
      ['a rollout twice', { rollouts: [aRollout({ version: 2 }), aRollout({ version: 2 })] }],
    ])('refuses %s', async (_name, change) => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()] });
      await store.commit({ upgrade: anUpgrade({ version: 1 }), rollouts: [aRollout({ version: 1 })] });

      await expect(store.commit(change)).rejects.toMatchObject(OVERTAKEN);
    });

    it('writes nothing of a change of which one record is refused', async () => {
      const changes: Change[] = [];
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()] });
      const before = await store.find('u1');
      store.changes$.subscribe((change) => changes.push(change));

      const refused = store.commit({
        upgrade: anUpgrade({ status: 'failed', version: 1 }),
        plans: [aPlan()],
        rollouts: [aRollout({ id: 'r2' }), aRollout({ version: 7 })],
        outbox: [anOutboxItem()],
        journal: [anEntry()],
        holds: [aHold()],
        key: aKey(),
      });

      await expect(refused).rejects.toMatchObject(OVERTAKEN);
      expect(await store.find('u1')).toStrictEqual(before);
      expect(await store.outbox('slack', 9)).toEqual([]);
      expect(await store.journal({ after: 0, limit: 9 })).toEqual([]);
      expect(await store.holds()).toEqual([]);
      expect(await store.key('k1')).toBeNull();
      expect(changes).toEqual([]);
    });

    it('refuses a rollout of an upgrade that is not there, and goes on', async () => {
      await expect(store.commit({ rollouts: [aRollout()] })).rejects.toThrow(/foreign key/i);

      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()] });
      expect(await store.find('u1')).not.toBeNull();
    });

    it('says what it wrote, with the versions it wrote, once it can be found', async () => {
      const seen: Promise<unknown>[] = [];
      const changes: Change[] = [];
      store.changes$.subscribe((change) => {
        changes.push(change);
        seen.push(store.find('u1'));
      });

      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()], outbox: [anOutboxItem()] });

      expect(changes).toStrictEqual([
        {
          upgrade: anUpgrade({ version: 1 }),
          rollouts: [aRollout({ version: 1 })],
          outbox: [anOutboxItem()],
          journal: [],
        },
      ]);
      expect(await Promise.all(seen)).toEqual([
        expect.objectContaining({ upgrade: anUpgrade({ version: 1 }) }),
      ]);
    });

    it('keeps every one of many changes made at once, and says so in their order', async () => {
      const said: (string | undefined)[] = [];
      store.changes$.subscribe((change) => said.push(change.upgrade?.id));
      const wanted = Array.from({ length: 200 }, (_item, index) => `u${index}`);

      await Promise.all(wanted.map((id) => store.commit({ upgrade: anUpgrade({ id }) })));

      const page = await store.list({ limit: 1000 });
      expect(said).toHaveLength(200);
      expect(page.data.map((record) => record.upgrade.id)).toEqual(said.toReversed());
      expect(new Set(said)).toEqual(new Set(wanted));
    });

    it('lets one of many writers of the same version win', async () => {
      await store.commit({ upgrade: anUpgrade() });
      const writers = Array.from({ length: 20 }, (_item, index) =>
        anUpgrade({ failures: index, version: 1 }),
      );

      const results = await Promise.allSettled(writers.map((upgrade) => store.commit({ upgrade })));

      const winners = writers.filter((_writer, index) => results[index]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect((await store.find('u1'))?.upgrade).toStrictEqual({ ...winners[0], version: 2 });
      expect(results.filter(({ status }) => status === 'rejected')).toEqual(
        Array.from({ length: 19 }, () =>
          expect.objectContaining({ reason: expect.objectContaining(OVERTAKEN) }),
        ),
      );
    });
  });

  describe('its life', () => {
    it('has everything when it is opened again', async () => {
      await store.commit({
        upgrade: anUpgrade(),
        plans: [aPlan()],
        rollouts: [aRollout()],
        outbox: [anOutboxItem()],
      });
      const before = await store.find('u1');

      await close();
      await open();

      expect(await store.find('u1')).toStrictEqual(before);
      expect(await store.outbox('slack', 9)).toStrictEqual([anOutboxItem()]);
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }) });
      expect((await store.list({ limit: 1 })).data[0]?.upgrade.id).toBe('u2');
    });

    it('finishes what it was asked before it closes', async () => {
      const wanted = Array.from({ length: 20 }, (_item, index) => `u${index}`);
      const commits = Promise.all(wanted.map((id) => store.commit({ upgrade: anUpgrade({ id }) })));

      await close();
      await commits;
      await open();

      expect((await store.list({ limit: 100 })).data).toHaveLength(20);
    });

    it('answers nothing once it is closed', async () => {
      await close();
      await clock.advance(60_000);

      await expect(store.find('u1')).rejects.toMatchObject(UNAVAILABLE);
      await expect(store.commit({ upgrade: anUpgrade() })).rejects.toMatchObject(UNAVAILABLE);
    });

    it('proves that it can write, and leaves nothing behind', async () => {
      await store.check();
      await store.check();

      expect(await store.list({ limit: 1 })).toEqual({ data: [], next: null });
      expect(await store.nextWorkDue(NOON)).toBeNull();
    });

    it('makes its directory, with those above it', async () => {
      const nested = await startStore(kind, join(directory, 'not', 'there', 'yet'), clock);

      await nested.store.commit({ upgrade: anUpgrade() });

      expect(await nested.store.find('u1')).not.toBeNull();
      await nested.close();
    });

    it('starts, and refuses every call with the reason, while its directory cannot be used', async () => {
      const path = join(directory, 'file');
      await writeFile(path, 'in the way');
      const broken = await startStore(kind, path, clock);

      const calls = [
        broken.store.commit({ upgrade: anUpgrade() }),
        broken.store.find('u1'),
        broken.store.list({ limit: 1 }),
        broken.store.commitOn('u1', async () => null),
        broken.store.standing('u1'),
        broken.store.rollout('r1'),
        broken.store.overtakenBy('u1'),
        broken.store.unplanned(EVERYTHING),
        broken.store.startable(EVERYTHING),
        broken.store.moving(),
        broken.store.watched(EVERYTHING),
        broken.store.openOf(service('1s7')),
        broken.store.historyOf(service('1s7'), 1),
        broken.store.running('image'),
        broken.store.journal({ after: 0, limit: 1 }),
        broken.store.holds(),
        broken.store.key('k1'),
        broken.store.prune(NOON, NOON, 1),
        broken.store.nextWorkDue(NOON),
        broken.store.outboxHeads(),
        broken.store.outbox('slack', 1),
        broken.store.check(),
      ];

      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { ...UNAVAILABLE, message: expect.stringContaining(path) },
        });
      }
      await broken.close();
    });

    it('opens with the first call after the trouble is over, but tries only once a second', async () => {
      const path = join(directory, 'file');
      await writeFile(path, 'in the way');
      const broken = await startStore(kind, path, clock);
      await rm(path);

      await clock.advance(999);
      await expect(broken.store.check()).rejects.toMatchObject(UNAVAILABLE);
      await clock.advance(1);
      await broken.store.check();

      await broken.store.commit({ upgrade: anUpgrade() });
      expect(await broken.store.find('u1')).not.toBeNull();
      await broken.close();
    });

    it('starts, and says so, when what it kept is damaged', async () => {
      await store.commit({ upgrade: anUpgrade() });
      await close();
      for (const name of await readdir(directory))
        await writeFile(join(directory, name), 'nonsense '.repeat(5000));
      await open();

      await expect(store.find('u1')).rejects.toMatchObject({
        ...UNAVAILABLE,
        message: expect.stringContaining(directory),
      });
    });
  });
});

function service(id: string): ServiceRef {
  return { backend: 'cattle', environment: '1a5', id };
}

function environment(id: string) {
  return { backend: 'cattle', id, name: `environment ${id}` };
}

function aRolloutWithAll() {
  return {
    onFailure: 'rollback',
    leftover: 'finish',
    confirmWithin: 600,
    bake: 60,
    timedFrom: noonPlus(2),
    proof: {
      inspectedAt: noonPlus(3),
      soundSince: noonPlus(4),
      starts: [{ container: '1i1', count: 1, at: noonPlus(5) }],
    },
    undoing: {
      at: noonPlus(6),
      because: { code: 'rollout.timeout', message: 'too slow' },
      old: ['1i0'],
      accepted: true,
      holds: true,
      as: 'rolled_back',
    },
    watchedUntil: noonPlus(7),
    reminders: 3,
    supersededBy: 'u2',
    bakedMs: 500,
  } as const satisfies Partial<Rollout>;
}

function anOutage(): Outage {
  const reason = { code: 'rancher.unreachable', message: 'no answer' } as const;
  return { since: NOON, attempts: 2, reason, retryAt: noonPlus(4) };
}

function aPlanThatLeaves(environmentId: string, count: number): EnvironmentPlan {
  const names = Array.from({ length: count }, (_item, index) => `${index} of ${environmentId}`);
  const skipped = names.map((name, index) => aSkipped({ service: { id: `1s${index}`, name } }));
  return aPlan({ environment: environment(environmentId), skipped });
}
