import { describe, expect, it } from '@jest/globals';
import { STORES } from '../../src/store/store.module.js';
import type { StoreTiming, UpgradeStore } from '../../src/store/upgrade-store.js';
import { anOutage, anUpgrade, aRollout, NOON, noonPlus } from '../fakes/records.js';
import { storeForEachTest } from './running-store.js';

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  let store: UpgradeStore;
  storeForEachTest(kind, (started) => (store = started), NOON);

  it('has nothing to do where nothing was asked', async () => {
    expect(await store.workload()).toEqual({
      unplanned: 0,
      runningSince: null,
      queued: 0,
      moving: 0,
      watched: 0,
      awaiting: 0,
    });
  });

  it('counts what there is to do, and leaves out what is over', async () => {
    await store.commit({ upgrade: anUpgrade({ id: 'u1', status: 'failed', planAt: null }) });
    await store.commit({ upgrade: anUpgrade({ id: 'u2', createdAt: noonPlus(2), planAt: null }) });
    await store.commit({ upgrade: anUpgrade({ id: 'u3', createdAt: noonPlus(3) }) });
    await store.commit({ upgrade: anUpgrade({ id: 'u4', createdAt: noonPlus(4) }) });
    await store.commit({
      rollouts: [
        aRollout({ id: 'r1', upgradeId: 'u2', status: 'queued' }),
        aRollout({ id: 'r2', upgradeId: 'u2', status: 'queued' }),
        aRollout({ id: 'r3', upgradeId: 'u2', status: 'queued' }),
        aRollout({ id: 'r4', upgradeId: 'u2', status: 'upgrading' }),
        aRollout({ id: 'r5', upgradeId: 'u2', status: 'rolling_back' }),
        aRollout({ id: 'r6', upgradeId: 'u2', status: 'upgrading', outage: anOutage() }),
        aRollout({ id: 'r7', upgradeId: 'u1', status: 'failed' }),
        aRollout({ id: 'r8', upgradeId: 'u2', status: 'finished' }),
        aRollout({ id: 'r9', upgradeId: 'u2', status: 'awaiting_confirmation' }),
        aRollout({ id: 'r10', upgradeId: 'u2', status: 'awaiting_confirmation' }),
      ],
    });

    expect(await store.workload()).toEqual({
      unplanned: 2,
      runningSince: noonPlus(2),
      queued: 3,
      moving: 2,
      watched: 3,
      awaiting: 2,
    });
  });

  it('tells of every read and write once it is over', async () => {
    const told: StoreTiming[] = [];
    store.timings$.subscribe((timing) => told.push(timing));

    await store.commit({ upgrade: anUpgrade() });
    await store.find('u1');

    expect(told).toEqual([
      { operation: 'write', seconds: 0, isWell: true },
      { operation: 'read', seconds: 0, isWell: true },
    ]);
  });
});
