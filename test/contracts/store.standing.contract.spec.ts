import { describe, expect, it } from '@jest/globals';
import type { Rollout } from '../../src/domain/rollout.js';
import type { ServiceRef } from '../../src/domain/service.js';
import { STORES } from '../../src/store/store.module.js';
import type { UpgradeStore, Written } from '../../src/store/upgrade-store.js';
import { turnsDuring } from '../fakes/loop.js';
import { anOutage, anUpgrade, aPlan, aRollout, NOON } from '../fakes/records.js';
import { anAttempt } from '../fakes/situations.js';
import { ids, storeForEachTest } from './running-store.js';

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s, of large upgrades,', (_, kind) => {
  let store: UpgradeStore;
  storeForEachTest(kind, (started) => (store = started));

  describe('standing', () => {
    it('counts the rollouts of one upgrade by status and reason', async () => {
      const failed = { status: 'failed', reason: { code: 'rollout.timeout', message: 'too slow' } } as const;
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }), rollouts: [aRollout({ upgradeId: 'u2' })] });
      await store.commit({
        upgrade: anUpgrade(),
        rollouts: [
          aRollout({ id: 'r2', status: 'finished' }),
          aRollout({ id: 'r3', status: 'finished' }),
          aRollout({ id: 'r4', ...failed }),
          aRollout({ id: 'r5', ...failed, reason: { ...failed.reason, message: 'much too slow' } }),
          aRollout({ id: 'r6', ...failed, reason: { code: 'rollout.unhealthy', message: 'sick' } }),
        ],
      });

      const standing = await store.standing('u1');

      expect(standing?.tally).toHaveLength(3);
      expect(standing?.tally).toEqual(
        expect.arrayContaining([
          { status: 'finished', reason: null, count: 2 },
          { status: 'failed', reason: 'rollout.timeout', count: 2 },
          { status: 'failed', reason: 'rollout.unhealthy', count: 1 },
        ]),
      );
    });

    it('counts nothing where there is nothing', async () => {
      await store.commit({ upgrade: anUpgrade() });

      const upgrade = anUpgrade({ version: 1 });
      expect(await store.standing('u1')).toEqual({ upgrade, pending: [], tally: [], begun: 0 });
      expect(await store.standing('u2')).toBeNull();
    });

    it('has the environments that are still to be read, in order', async () => {
      const plans = [
        aPlan({ environment: environment('1a7'), status: 'pending', outage: anOutage() }),
        aPlan({ environment: environment('1a5'), status: 'planned' }),
        aPlan({ environment: environment('1a8'), status: 'failed' }),
        aPlan({ environment: environment('1a6'), status: 'pending' }),
      ];
      await store.commit({ upgrade: anUpgrade(), plans });

      expect((await store.standing('u1'))?.pending).toEqual([plans[0], plans[3]]);
    });

    it.each<[string, Partial<Rollout>, number]>([
      ['was asked to start', { attempt: anAttempt() }, 1],
      ['is brought back', { attempt: anAttempt({ open: false, restoring: true }) }, 1],
      ['was asked in vain', { attempt: anAttempt({ open: false }) }, 0],
      ['waits', {}, 0],
      ['is upgrading', { status: 'upgrading', attempt: anAttempt() }, 0],
    ])('counts what may be under way though it is queued: what %s', async (__, rollout, begun) => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout(rollout)] });

      expect(await store.standing('u1')).toMatchObject({ begun });
    });
  });

  describe('a change that is chosen on where an upgrade stands', () => {
    it('is written as it is chosen', async () => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()] });
      const changes: Written[] = [];
      store.changes$.subscribe((change) => changes.push(change));

      const written = await store.commitOn('u1', async ({ upgrade, tally }, find) => {
        expect(tally).toEqual([{ status: 'queued', reason: null, count: 1 }]);
        expect((await find()).rollouts).toHaveLength(1);
        return { upgrade: { ...upgrade, failures: 5 } };
      });

      expect(written).toMatchObject({ upgrade: { failures: 5, version: 2 } });
      expect((await store.find('u1'))?.upgrade).toMatchObject({ failures: 5, version: 2 });
      expect(changes).toEqual([written]);
    });

    it('is none where nothing is chosen', async () => {
      await store.commit({ upgrade: anUpgrade() });
      let changes = 0;
      store.changes$.subscribe(() => (changes += 1));

      expect(await store.commitOn('u1', async () => null)).toBeNull();
      expect(changes).toBe(0);
    });

    it('is chosen on all that is written before it, however many choose at once', async () => {
      await store.commit({ upgrade: anUpgrade() });
      const add = (id: string) =>
        store.commitOn('u1', async ({ tally }) => {
          const count = tally.reduce((sum, row) => sum + row.count, 0);
          return count < 3 ? { rollouts: [aRollout({ id })] } : null;
        });

      const written = await Promise.all(['r1', 'r2', 'r3', 'r4', 'r5'].map(add));

      expect(written.map((change) => change !== null)).toEqual([true, true, true, false, false]);
      expect(ids((await store.find('u1'))?.rollouts ?? [])).toEqual(['r1', 'r2', 'r3']);
    });

    it('fails alone where it cannot be chosen or written', async () => {
      await store.commit({ upgrade: anUpgrade() });

      const results = await Promise.allSettled([
        store.commitOn('u1', async () => Promise.reject(new Error('mistake'))),
        store.commitOn('u9', async () => null),
        store.commitOn('u1', async ({ upgrade }) => ({ upgrade: { ...upgrade, version: 7 } })),
        store.commitOn('u1', async () => ({ rollouts: [aRollout()] })),
      ]);

      expect(results).toMatchObject([
        { reason: { message: 'mistake' } },
        { reason: { message: 'upgrade u9 is not in the store' } },
        { reason: { code: 'store.conflict' } },
        { value: { rollouts: [{ id: 'r1' }] } },
      ]);
    });
  });

  it('finds a rollout by its id', async () => {
    await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout({ id: 'r1' }), aRollout({ id: 'r2' })] });

    expect(await store.rollout('r2')).toEqual(aRollout({ id: 'r2', version: 1 }));
    expect(await store.rollout('r3')).toBeNull();
  });

  describe('what an upgrade has overtaken', () => {
    it.each<[string, Partial<Rollout>, Partial<Rollout>, string[]]>([
      ['is what waits for the same service', {}, {}, ['old']],
      ['is of that very service', { service: service('1s8') }, {}, []],
      ['is nothing that has started', { status: 'upgrading' }, {}, []],
      ['is nothing where its own has started', {}, { status: 'upgrading' }, []],
    ])('%s', async (__, older, newer, expected) => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout({ id: 'old', ...older })] });
      await store.commit({
        upgrade: anUpgrade({ id: 'u2' }),
        rollouts: [aRollout({ id: 'new', upgradeId: 'u2', ...newer })],
      });

      expect(ids(await store.overtakenBy('u2'))).toEqual(expected);
      expect(await store.overtakenBy('u1')).toEqual([]);
    });

    it('is found among very many', async () => {
      await store.commit({ upgrade: anUpgrade(), rollouts: many('u1', 1200).slice(1190) });
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }), rollouts: many('u2', 1195) });

      const overtaken = await store.overtakenBy('u2');

      expect(ids(overtaken)).toEqual(['u1-1190', 'u1-1191', 'u1-1192', 'u1-1193', 'u1-1194']);
    });
  });

  describe('thousands at once', () => {
    const rollouts = many('u1', 1000);
    const entry = { at: NOON, upgradeId: 'u1', status: 'queued', message: 'planned', reason: null } as const;
    const journal = rollouts.map(({ id }) => ({ ...entry, rolloutId: id }));

    it('are written and read whole and in order', async () => {
      const written = await store.commit({ upgrade: anUpgrade(), rollouts, journal });

      const record = await store.find('u1');
      const entries = await store.journal({ after: 0, upgradeId: 'u1', limit: 2000 });
      expect(record?.rollouts).toEqual(rollouts.map((rollout) => ({ ...rollout, version: 1 })));
      expect(written.rollouts).toEqual(record?.rollouts);
      expect(entries).toEqual(written.journal);
      expect(entries.map(({ rolloutId }) => rolloutId)).toEqual(ids(rollouts));
    });

    it.each<[string, () => Promise<unknown>]>([
      ['written', () => store.commit({ rollouts, journal })],
      ['found', () => store.find('u0')],
      ['looked up', () => store.overtakenBy('u0')],
    ])('let everything else have its turn while they are %s', async (__, work) => {
      await store.commit({ upgrade: anUpgrade() });
      await store.commit({
        upgrade: anUpgrade({ id: 'u0' }),
        rollouts: many('u0', 1000),
      });

      const turns = await turnsDuring(work);

      expect(turns).toBeGreaterThan(1);
    });

    it('are refused as a whole where one of them is there already', async () => {
      await store.commit({ upgrade: anUpgrade(), rollouts: [aRollout({ id: 'u1-700' })] });

      await expect(store.commit({ rollouts })).rejects.toMatchObject({ code: 'store.conflict' });

      expect((await store.find('u1'))?.rollouts).toHaveLength(1);
    });
  });
});

function service(id: string): ServiceRef {
  return { backend: 'cattle', environment: '1a5', id };
}

function environment(id: string) {
  return { backend: 'cattle', id, name: id };
}

/** So many rollouts of an upgrade, each of another service. */
function many(upgradeId: string, count: number): readonly Rollout[] {
  return Array.from({ length: count }, (_, index) =>
    aRollout({ id: `${upgradeId}-${index}`, upgradeId, service: service(`1s${index}`) }),
  );
}
