import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Rollout } from '../../src/domain/rollout.js';
import type { ServiceRef } from '../../src/domain/service.js';
import { UPGRADE_STATUSES, type UpgradeStatus } from '../../src/domain/upgrade.js';
import { STORES } from '../../src/store/store.module.js';
import type { UpgradeStore, Written } from '../../src/store/upgrade-store.js';
import { aHold, aKey, anEntry } from '../fakes/kept.js';
import { anUpgrade, aPlan, aRollout, aSkipped, NOON, noonPlus } from '../fakes/records.js';
import { EVERYTHING, ids, storeForEachTest } from './running-store.js';

const HELD: ServiceRef = aHold().service;
const LATE: ServiceRef = { ...HELD, id: '1s11' };
const WATCHED = { status: 'failed', watchedUntil: noonPlus(60) } as const;
const ANOTHER: ServiceRef = { ...HELD, id: '1s9' };

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s remembers', (_, kind) => {
  let store: UpgradeStore;
  storeForEachTest(kind, (started) => (store = started));

  async function kept(): Promise<readonly string[]> {
    const { data } = await store.list({ limit: 100 });
    return data.map(({ upgrade }) => upgrade.id);
  }

  describe('in its journal', () => {
    it('every entry in order, numbered over all upgrades, and says the numbers', async () => {
      const said: Written[] = [];
      store.changes$.subscribe((change) => said.push(change));

      await store.commit({ upgrade: anUpgrade(), journal: [anEntry(), anEntry({ status: 'finishing' })] });
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }), journal: [anEntry({ upgradeId: 'u2' })] });
      await store.commit({ journal: [anEntry({ status: 'finished' })] });

      const all = await store.journal({ after: 0, limit: 10 });
      expect(all.map(({ upgradeId, status }) => `${upgradeId} ${status}`)).toEqual([
        'u1 upgrading',
        'u1 finishing',
        'u2 upgrading',
        'u1 finished',
      ]);
      expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(said.flatMap(({ journal }) => journal)).toStrictEqual(all);
    });

    it('what one upgrade went through, page by page', async () => {
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }), journal: [anEntry({ upgradeId: 'u2' })] });
      await store.commit({
        upgrade: anUpgrade(),
        journal: ['first', 'second', 'third'].map((message) => anEntry({ message })),
      });

      const first = await store.journal({ after: 0, upgradeId: 'u1', limit: 2 });
      const rest = await store.journal({ after: first.at(-1)?.id ?? 0, upgradeId: 'u1', limit: 2 });

      expect(first.map(({ message }) => message)).toEqual(['first', 'second']);
      expect(rest.map(({ message }) => message)).toEqual(['third']);
    });

    it('nothing of an upgrade that is not there', async () => {
      await expect(store.commit({ journal: [anEntry()] })).rejects.toThrow(/foreign key/i);
    });

    it('a number once, even when the newest entries were deleted', async () => {
      await store.commit({ upgrade: ended('u1', 0), journal: [anEntry()] });
      const [before] = await store.journal({ after: 0, limit: 1 });
      await store.prune(noonPlus(1), NOON, 10);

      await store.commit({ upgrade: anUpgrade(), journal: [anEntry()] });

      const [after] = await store.journal({ after: 0, limit: 1 });
      expect(after?.id).toBeGreaterThan(before?.id ?? Infinity);
    });
  });

  describe('what is held back', () => {
    it('from each service', async () => {
      const elsewhere = aHold({ service: ANOTHER });
      await store.commit({ holds: [aHold(), elsewhere, aHold({ image: 'shop/web:2.2.0' })] });

      expect(await store.holds()).toStrictEqual([aHold(), aHold({ image: 'shop/web:2.2.0' }), elsewhere]);
      expect(await store.holds(HELD)).toStrictEqual([aHold(), aHold({ image: 'shop/web:2.2.0' })]);
      expect(await store.holds({ ...HELD, backend: 'another' })).toEqual([]);
      expect(await store.holds({ ...HELD, environment: '1a7' })).toEqual([]);
    });

    it('once for each service and image, by the newest', async () => {
      await store.commit({ holds: [aHold()] });
      const newer = aHold({ since: noonPlus(9), upgradeId: 'u2', name: 'renamed' });

      await store.commit({ holds: [newer] });

      expect(await store.holds()).toStrictEqual([newer]);
    });

    it('until it is lifted from the service', async () => {
      await store.commit({ holds: [aHold(), aHold({ image: 'other' }), aHold({ service: ANOTHER })] });

      await store.commit({ lifted: [HELD] });

      expect(await store.holds()).toStrictEqual([aHold({ service: ANOTHER })]);
    });

    it('until that image is lifted from the service', async () => {
      const others = [aHold({ image: 'other' }), aHold({ service: ANOTHER })];
      await store.commit({ holds: [aHold(), ...others] });

      await store.commit({ lifted: [{ ...HELD, image: aHold().image }] });

      expect(new Set(await store.holds())).toStrictEqual(new Set(others));
    });

    it('anew, where one change lifts what was and holds something else', async () => {
      await store.commit({ holds: [aHold()] });

      await store.commit({ lifted: [HELD], holds: [aHold({ image: 'newer' })] });

      expect(await store.holds()).toStrictEqual([aHold({ image: 'newer' })]);
    });
  });

  describe('keys', () => {
    it('with what was asked under them', async () => {
      await store.commit({ upgrade: anUpgrade(), key: aKey() });

      expect(await store.key('k1')).toStrictEqual(aKey());
      expect(await store.key('k2')).toBeNull();
    });

    it('once: who comes second writes nothing', async () => {
      await store.commit({ upgrade: anUpgrade(), key: aKey() });

      const second = store.commit({
        upgrade: anUpgrade({ id: 'u2' }),
        key: aKey({ upgradeId: 'u2', fingerprint: 'something else' }),
      });

      await expect(second).rejects.toMatchObject({ code: 'store.conflict' });
      expect(await store.key('k1')).toStrictEqual(aKey());
      expect(await store.find('u2')).toBeNull();
    });
  });

  describe('of one service', () => {
    beforeEach(async () => {
      await store.commit({
        upgrade: anUpgrade(),
        rollouts: [
          aRollout({ id: 'r1', status: 'finished' }),
          aRollout({ id: 'r2', dueAt: noonPlus(9) }),
          aRollout({ id: 'r3', service: ANOTHER }),
          aRollout({ id: 'r4' }),
          aRollout({ id: 'r5', service: { ...HELD, environment: '1a7' } }),
        ],
      });
    });

    it('what is not over, in order of arrival', async () => {
      expect(ids(await store.openOf(HELD))).toEqual(['r2', 'r4']);
      expect(await store.openOf(ANOTHER)).toStrictEqual([
        aRollout({ id: 'r3', service: ANOTHER, version: 1 }),
      ]);
    });

    it('what is not over, whatever there is to do about it', async () => {
      const open = {
        r6: 'upgrading',
        r7: 'awaiting_confirmation',
        r8: 'rolled_back',
        r9: 'superseded',
      } as const;
      const rollouts = Object.entries(open).map(([id, status]) => aRollout({ id, status }));
      await store.commit({ rollouts: [...rollouts, aRollout({ id: 'r10', ...WATCHED })] });

      expect(ids(await store.openOf(HELD))).toEqual(['r2', 'r4', 'r6', 'r7', 'r10']);
    });

    it('first what was asked for first, however long its planning took', async () => {
      await store.commit({ upgrade: anUpgrade({ id: 'u2', planAt: null }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u3', planAt: null }) });
      await store.commit({ rollouts: [aRollout({ id: 'of u3', upgradeId: 'u3', service: LATE })] });
      await store.commit({ rollouts: [aRollout({ id: 'of u2', upgradeId: 'u2', service: LATE })] });
      await store.commit({ upgrade: anUpgrade({ version: 1, planAt: null }) });

      expect(ids(await store.openOf(LATE))).toEqual(['of u2', 'of u3']);
      expect(ids(await store.startable(EVERYTHING))).toContain('of u2');
      expect(ids(await store.startable(EVERYTHING))).not.toContain('of u3');
    });

    it.each([1, 2, 3])('every rollout, newest first, in pages of %i', async (limit) => {
      const pages: (readonly Rollout[])[] = [];

      for (let after: string | null | undefined; after !== null;) {
        const page = await store.historyOf(HELD, limit, after);
        pages.push(page.data);
        after = page.next;
      }

      expect(ids(pages.flat())).toEqual(['r4', 'r2', 'r1']);
      expect(pages).toHaveLength(Math.ceil(3 / limit));
    });

    it('nothing for a cursor that it never gave', async () => {
      await expect(store.historyOf(HELD, 1, 'nonsense')).rejects.toMatchObject({ code: 'request.invalid' });
    });
  });

  describe('that an earlier upgrade of the same repository may yet bring a rollout', () => {
    const earlier = anUpgrade({ id: 'u1' });
    const later = anUpgrade({ id: 'u2', planAt: null });
    const pending = aPlan({ status: 'pending' });
    const elsewhere = { ...pending.environment, id: '1a7' };

    it.each([
      ['while nobody knows its environments', {}, []],
      ['while it has yet to be planned there', { plans: [pending] }, []],
      ['but not when it is planned there', { plans: [aPlan()] }, ['of u2']],
      [
        'but not elsewhere',
        { plans: [aPlan(), aPlan({ status: 'pending', environment: elsewhere })] },
        ['of u2'],
      ],
      ['but not when it will be planned no more', { upgrade: { ...earlier, planAt: null } }, ['of u2']],
      ['but not one of another', { upgrade: { ...earlier, repository: 'shop/api' } }, ['of u2']],
    ])('%s', async (_name, change, wanted) => {
      await store.commit({ upgrade: earlier, ...change });
      await store.commit({ upgrade: later, rollouts: [aRollout({ id: 'of u2', upgradeId: 'u2' })] });

      expect(ids(await store.startable(EVERYTHING))).toEqual(wanted);
    });

    it('but not a later one', async () => {
      await store.commit({ upgrade: { ...later, id: 'first' } });
      await store.commit({ upgrade: earlier });
      await store.commit({ rollouts: [aRollout({ upgradeId: 'first' })] });

      expect(ids(await store.startable(EVERYTHING))).toEqual(['r1']);
    });
  });

  it('which upgrades of an image are running, newest first', async () => {
    const image = 'shop/web:3';
    for (const status of UPGRADE_STATUSES)
      await store.commit({ upgrade: anUpgrade({ id: status, status, image }) });
    await store.commit({ upgrade: anUpgrade({ id: 'newer', image }) });
    await store.commit({ upgrade: anUpgrade({ id: 'other', image: 'shop/web:4' }) });

    expect(ids(await store.running(image))).toEqual(['newer', 'running']);
    expect(await store.running('shop/web')).toEqual([]);
  });

  describe('no longer than it has to', () => {
    it('upgrades that ended, with all that came of them', async () => {
      await store.commit({
        upgrade: ended('u1', -1),
        plans: [aPlan({ skipped: [aSkipped()] })],
        rollouts: [aRollout({ status: 'finished' })],
        journal: [anEntry()],
        key: aKey(),
      });
      await store.commit({ upgrade: ended('u2', 0), key: aKey({ key: 'k2', upgradeId: 'u2' }) });

      expect(await store.prune(NOON, NOON, 10)).toBe(1);

      expect(await kept()).toEqual(['u2']);
      expect(await store.journal({ after: 0, limit: 10 })).toEqual([]);
      expect(await store.historyOf(HELD, 10)).toEqual({ data: [], next: null });
      expect(await store.key('k1')).toBeNull();
      expect(await store.key('k2')).not.toBeNull();
      expect(await store.prune(NOON, NOON, 10)).toBe(0);
    });

    it('of a long history all, and nothing of any other', async () => {
      const journal = Array.from({ length: 2500 }, () => anEntry());
      await store.commit({ upgrade: ended('u1', -1), journal });
      await store.commit({ upgrade: ended('u2', 1), journal: [anEntry({ upgradeId: 'u2' })] });

      expect(await store.prune(NOON, NOON, 10)).toBe(1);

      const left = await store.journal({ after: 0, limit: 10 });
      expect(left.map(({ upgradeId }) => upgradeId)).toEqual(['u2']);
    });

    it('the oldest first, and no more at once than asked for', async () => {
      for (const [id, seconds] of Object.entries({ u1: -1, u2: -3, u3: -2 }))
        await store.commit({ upgrade: ended(id, seconds) });

      expect(await store.prune(NOON, NOON, 2)).toBe(2);

      expect(await kept()).toEqual(['u1']);
    });

    it('keys of a certain age, whatever became of the upgrade', async () => {
      await store.commit({ upgrade: anUpgrade(), key: aKey({ key: 'old', createdAt: noonPlus(-1) }) });
      await store.commit({ key: aKey({ key: 'older', createdAt: noonPlus(-2) }) });
      await store.commit({ key: aKey({ key: 'new', createdAt: NOON }) });

      expect(await store.prune(NOON, NOON, 1)).toBe(1);
      expect(await Promise.all(['old', 'older'].map((key) => store.key(key)))).toEqual([
        expect.anything(),
        null,
      ]);
      expect(await store.prune(NOON, NOON, 1)).toBe(1);
      expect(await store.prune(NOON, NOON, 1)).toBe(0);
      expect(await store.key('new')).not.toBeNull();
      expect(await kept()).toEqual(['u1']);
    });

    it.each<[string, UpgradeStatus, Partial<Rollout>]>([
      ['is running', 'running', { status: 'finished' }],
      ['awaits confirmation', 'awaiting_confirmation', { status: 'finished' }],
      ['is watched', 'failed', { status: 'failed', watchedUntil: noonPlus(60) }],
    ])('but for ever what %s', async (_name, status, rollout) => {
      await store.commit({ upgrade: ended('u1', -1, status), rollouts: [aRollout(rollout)] });

      expect(await store.prune(NOON, NOON, 10)).toBe(0);

      expect(await kept()).toEqual(['u1']);
    });

    it('but for ever what is held back', async () => {
      await store.commit({ upgrade: ended('u1', -1), holds: [aHold()] });

      expect(await store.prune(NOON, NOON, 10)).toBe(1);

      expect(await store.holds()).toStrictEqual([aHold()]);
      expect(await store.outbox('slack', 9)).toEqual([]);
    });
  });
});

function ended(id: string, seconds: number, status: UpgradeStatus = 'succeeded') {
  return anUpgrade({ id, status, planAt: null, finishedAt: noonPlus(seconds) });
}
