import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ROLLOUT_STATUSES, type Rollout, type RolloutStatus } from '../../src/domain/rollout.js';
import type { ServiceRef } from '../../src/domain/service.js';
import { STORES } from '../../src/store/store.module.js';
import type { Change, DueQuery, ListQuery, UpgradeStore } from '../../src/store/upgrade-store.js';
import { HandClock } from '../fakes/hand-clock.js';
import { anOptions, anOutboxItem, anUpgrade, aPlan, aRollout, NOON, noonPlus } from '../fakes/records.js';
import { ids, makeDirectory, removeDirectory, startStore } from './running-store.js';

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s answers', (_, kind) => {
  let directory: string;
  let clock: HandClock;
  let store: UpgradeStore;
  let close: () => Promise<void>;

  beforeEach(async () => {
    directory = await makeDirectory();
    clock = new HandClock();
    ({ store, close } = await startStore(kind, directory, clock));
  });

  afterEach(async () => {
    await close();
    await removeDirectory(directory);
  });

  describe('list', () => {
    beforeEach(async () => {
      await store.commit({ upgrade: anUpgrade({ id: 'u1', ...of('shop/web', '1'), status: 'succeeded' }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u2', ...of('shop/api', '1'), status: 'failed' }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u3', ...of('shop/web', '2'), status: 'failed' }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u4', ...of('shop/web', '2'), status: 'running' }) });
    });

    it.each<[Omit<ListQuery, 'limit'>, string[]]>([
      [{}, ['u4', 'u3', 'u2', 'u1']],
      [{ status: 'failed' }, ['u3', 'u2']],
      [{ repository: 'shop/web' }, ['u4', 'u3', 'u1']],
      [{ repository: 'shop/web', version: ':2' }, ['u4', 'u3']],
      [{ repository: 'shop/web', version: ':2', status: 'failed' }, ['u3']],
      [{ repository: 'shop/api', version: ':2' }, []],
      [{ status: 'nothing_to_do' }, []],
    ])('answers %j, newest first', async (filter, wanted) => {
      const page = await store.list({ ...filter, limit: 10 });

      expect(page.data.map((record) => record.upgrade.id)).toEqual(wanted);
      expect(page.next).toBeNull();
    });

    it('gives each upgrade its own plans and rollouts', async () => {
      await store.commit({
        plans: [aPlan({ upgradeId: 'u3' }), aPlan({ upgradeId: 'u1' })],
        rollouts: [
          aRollout({ id: 'r1', upgradeId: 'u1' }),
          aRollout({ id: 'r3', upgradeId: 'u3' }),
          aRollout({ id: 'r4', upgradeId: 'u1' }),
        ],
      });

      const { data } = await store.list({ limit: 10 });

      expect(data.map((record) => record.plans)).toEqual([[], [aPlan({ upgradeId: 'u3' })], [], [aPlan()]]);
      expect(data.map((record) => ids(record.rollouts))).toEqual([[], ['r3'], [], ['r1', 'r4']]);
    });

    it.each([1, 2, 3, 4, 5])('reaches every upgrade once in pages of %i', async (limit) => {
      const pages: string[][] = [];

      for (let after: string | null = ''; after !== null;) {
        const page = await store.list({ limit, ...(after && { after }) });
        pages.push(page.data.map((record) => record.upgrade.id));
        after = page.next;
      }

      expect(pages.flat()).toEqual(['u4', 'u3', 'u2', 'u1']);
      expect(pages).toHaveLength(Math.ceil(4 / limit));
    });

    it('ends a page early that would be too large, and loses nothing', async () => {
      for (const upgradeId of ['u1', 'u2', 'u3', 'u4']) {
        const rollouts = Array.from({ length: 1100 }, (_item, index) =>
          aRollout({ id: `${upgradeId}-${index}`, upgradeId }),
        );
        await store.commit({ rollouts });
      }

      const first = await store.list({ limit: 100 });
      const second = await store.list({ limit: 100, after: first.next ?? '' });

      expect(first.data.map((record) => record.upgrade.id)).toEqual(['u4', 'u3']);
      expect(second.data.map((record) => record.upgrade.id)).toEqual(['u2', 'u1']);
      expect(second.next).toBeNull();
    });

    it('goes on after an upgrade of very many rollouts, and gives all of them', async () => {
      const rollouts = Array.from({ length: 3000 }, (_item, index) =>
        aRollout({ id: `r${index}`, upgradeId: 'u3' }),
      );
      await store.commit({ rollouts });

      const first = await store.list({ limit: 2 });
      const second = await store.list({ limit: 2, after: first.next ?? '' });

      expect(first.data.map((record) => record.rollouts.length)).toEqual([0, 3000]);
      expect(second.data.map((record) => record.upgrade.id)).toEqual(['u2', 'u1']);
      expect(second.next).toBeNull();
    });

    it('goes on where a page ended, whatever has arrived or changed since', async () => {
      const first = await store.list({ limit: 2 });
      await store.commit({ upgrade: anUpgrade({ id: 'u5' }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u2', status: 'succeeded', version: 1 }) });

      const second = await store.list({ limit: 2, after: first.next ?? '' });

      expect(second.data.map((record) => record.upgrade.id)).toEqual(['u2', 'u1']);
    });

    it.each(['', 'nonsense', 'LTE', '4', 'MS41', 'NA==', '\0'])('refuses the cursor "%s"', async (after) => {
      await expect(store.list({ limit: 2, after })).rejects.toMatchObject({
        code: 'request.invalid',
        details: { fields: [{ field: 'after', message: expect.any(String) }] },
      });
    });
  });

  describe('what is due', () => {
    it('is every upgrade whose planning has come, the longest waiting first', async () => {
      const planAt = { u1: noonPlus(-1), u2: noonPlus(-2), u3: noonPlus(0), u4: noonPlus(0.001), u5: null };
      for (const [id, at] of Object.entries(planAt))
        await store.commit({ upgrade: anUpgrade({ id, planAt: at }) });

      expect(ids(await store.unplanned(due()))).toEqual(['u2', 'u1', 'u3']);
      expect(ids(await store.unplanned(due({ limit: 2 })))).toEqual(['u2', 'u1']);
      expect(ids(await store.unplanned(due({ limit: 1, except: new Set(['u2']) })))).toEqual(['u1']);
      expect(await store.unplanned(due({ limit: 1 }))).toStrictEqual([
        anUpgrade({ id: 'u2', planAt: noonPlus(-2), version: 1 }),
      ]);
    });

    it('is every watched rollout whose time has come, the longest waiting first', async () => {
      await arrive(
        ['r1', '1s1', 'awaiting_confirmation', -1],
        ['r2', '1s1', 'awaiting_confirmation', -2],
        ['r3', '1s2', 'awaiting_confirmation', 1],
        ['r4', '1s3', 'queued', -3],
        ['r5', '1s4', 'finished', -3],
      );

      expect(ids(await store.watched(due()))).toEqual(['r2', 'r1']);
      expect(ids(await store.watched(due({ limit: 1, except: new Set(['r2']) })))).toEqual(['r1']);
    });

    it('leaves what is moving to be asked for by itself, whenever it is due', async () => {
      await arrive(...ROLLOUT_STATUSES.map((status, index): Arrival => [status, `1s${index}`, status, 1000]));

      expect(ids(await store.moving())).toEqual(['upgrading', 'finishing', 'rolling_back']);
    });

    it('tells by more than the status what is moving and what is watched', async () => {
      const sound = { inspectedAt: NOON, soundSince: NOON, starts: [] };
      const baking = { status: 'upgrading', bake: 60, proof: sound } as const;
      const late = { status: 'failed', watchedUntil: noonPlus(60) } as const;
      await store.commit({
        upgrade: anUpgrade({ planAt: null }),
        rollouts: [
          aRollout({ id: 'baking', ...baking }),
          aRollout({ id: 'unsound', ...baking, proof: { ...sound, soundSince: null } }),
          aRollout({ id: 'no bake', ...baking, bake: 0 }),
          aRollout({ id: 'late', ...late }),
          aRollout({ id: 'given up', ...late, watchedUntil: null }),
        ],
      });

      expect(ids(await store.watched(due()))).toEqual(['baking', 'late']);
      expect(ids(await store.moving())).toEqual(['unsound', 'no bake']);

      await store.commit({ rollouts: [aRollout({ id: 'baking', status: 'finishing', version: 1 })] });

      expect(ids(await store.watched(due()))).toEqual(['late']);
      expect(ids(await store.moving())).toEqual(['baking', 'unsound', 'no bake']);
    });

    it('has nothing to start of an upgrade that has as many under way as it may, in doubt or not', async () => {
      const options = anOptions({ maxParallel: 1 });
      await store.commit({
        upgrade: anUpgrade({ id: 'limited', repository: 'limited', planAt: null, options }),
      });
      const open = {
        at: NOON,
        revision: '1',
        image: 'x',
        count: 1,
        open: true,
        last: null,
        restoring: false,
      };
      const queued = aRollout({ id: 'waits', upgradeId: 'limited', service: service('1s91') });
      const other = aRollout({ id: 'other', upgradeId: 'limited', service: service('1s92'), attempt: open });
      await store.commit({ rollouts: [queued, { ...other, dueAt: noonPlus(60) }] });

      const before = ids(await store.startable(due()));
      await store.commit({ rollouts: [{ ...other, status: 'finished', version: 1 }] });

      expect(before).not.toContain('waits');
      expect(ids(await store.startable(due()))).toContain('waits');
    });

    it('is no queued rollout of a service on which another is baking', async () => {
      const proof = { inspectedAt: NOON, soundSince: NOON, starts: [] };
      await store.commit({
        upgrade: anUpgrade(),
        rollouts: [aRollout({ id: 'r1', status: 'upgrading', bake: 60, proof }), aRollout({ id: 'r2' })],
      });

      expect(await store.startable(due())).toEqual([]);
    });

    it.each<[string, readonly Arrival[], Partial<DueQuery>, string[]]>([
      [
        'the first of each service',
        [
          ['r1', 'a'],
          ['r2', 'a'],
          ['r3', 'b'],
        ],
        {},
        ['r1', 'r3'],
      ],
      [
        'the longest waiting first',
        [
          ['r1', 'a', 'queued', -1],
          ['r2', 'b', 'queued', -2],
        ],
        {},
        ['r2', 'r1'],
      ],
      [
        'no more than asked for',
        [
          ['r1', 'a'],
          ['r2', 'b'],
          ['r3', 'c'],
        ],
        { limit: 2 },
        ['r1', 'r2'],
      ],
      ['nothing before its time', [['r1', 'a', 'queued', 0.001]], {}, []],
      [
        'nothing behind one whose time has not come',
        [
          ['r1', 'a', 'queued', 1],
          ['r2', 'a'],
        ],
        {},
        [],
      ],
      [
        'nothing while one is upgrading',
        [
          ['r1', 'a', 'upgrading', 9],
          ['r2', 'a'],
        ],
        {},
        [],
      ],
      [
        'nothing while one that came later is finishing',
        [
          ['r1', 'a'],
          ['r2', 'a', 'finishing'],
        ],
        {},
        [],
      ],
      [
        'nothing while one is rolled back',
        [
          ['r1', 'a', 'rolling_back', 9],
          ['r2', 'a'],
        ],
        {},
        [],
      ],
      [
        'the next while one awaits confirmation',
        [
          ['r1', 'a', 'awaiting_confirmation'],
          ['r2', 'a'],
        ],
        {},
        ['r2'],
      ],
      [
        'the next after one has ended',
        [
          ['r1', 'a', 'failed'],
          ['r2', 'a', 'skipped'],
          ['r3', 'a'],
        ],
        {},
        ['r3'],
      ],
      [
        'none excepted, nor those behind',
        [
          ['r1', 'a'],
          ['r2', 'a'],
          ['r3', 'b'],
        ],
        { except: new Set(['r1']), limit: 1 },
        ['r3'],
      ],
      [
        'an unexcepted head before an excepted one',
        [
          ['r1', 'a'],
          ['r2', 'a'],
        ],
        { except: new Set(['r2']) },
        ['r1'],
      ],
    ])('among queued rollouts is %s', async (_name, arrivals, query, wanted) => {
      await arrive(...arrivals);

      expect(ids(await store.startable(due(query)))).toEqual(wanted);
    });

    it('tells services apart by backend, environment and id', async () => {
      const services = [
        service('1s7'),
        { ...service('1s7'), environment: '1a7' },
        { ...service('1s7'), backend: 'another' },
      ];
      const rollouts = services.map((ref, index) => aRollout({ id: `r${index}`, service: ref }));
      await store.commit({ upgrade: anUpgrade(), rollouts });

      expect(ids(await store.startable(due()))).toEqual(['r0', 'r1', 'r2']);
    });

    it('is for queued rollouts what their order says, whatever has arrived', async () => {
      const arrivals = fc.array(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c'),
          status: fc.constantFrom('queued', 'queued', 'queued', ...ROLLOUT_STATUSES),
          seconds: fc.integer({ min: -3, max: 2 }),
          excepted: fc.boolean(),
        }),
        { maxLength: 12 },
      );
      let runs = 0;

      await fc.assert(
        fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 4 }), async (arrived, limit) => {
          runs += 1;
          const fresh = await startStore(kind, join(directory, `run-${runs}`), clock);
          const rollouts = arrived.map(({ id, status, seconds }, index) =>
            aRollout({ id: `r${index}`, service: service(id), status, dueAt: noonPlus(seconds) }),
          );
          const except = new Set(arrived.flatMap(({ excepted }, index) => (excepted ? [`r${index}`] : [])));
          await fresh.store.commit({ upgrade: anUpgrade(), rollouts });

          const found = await fresh.store.startable({ now: NOON, limit, except });
          await fresh.close();

          expect(ids(found)).toEqual(ids(startableAmong(rollouts, { now: NOON, limit, except })));
        }),
        { numRuns: 60 },
      );
    });

    it.each<[string, Change, Date | null]>([
      ['an upgrade to be planned', { upgrade: anUpgrade({ planAt: noonPlus(5) }) }, noonPlus(5)],
      ['a queued rollout', { rollouts: [aRollout({ dueAt: noonPlus(4) })] }, noonPlus(4)],
      [
        'an awaiting rollout',
        { rollouts: [aRollout({ status: 'awaiting_confirmation', dueAt: noonPlus(3) })] },
        noonPlus(3),
      ],
      ['nothing but what is due already', { rollouts: [aRollout({ dueAt: NOON })] }, null],
      ['an outbox item, which is no work', { outbox: [anOutboxItem({ dueAt: noonPlus(2) })] }, null],
      [
        'a rollout that has failed and is watched',
        {
          rollouts: [aRollout({ status: 'failed', watchedUntil: noonPlus(9), dueAt: noonPlus(2) })],
        },
        noonPlus(2),
      ],
      [
        'a moving rollout, which is not waited for',
        { rollouts: [aRollout({ status: 'upgrading', dueAt: noonPlus(2) })] },
        null,
      ],
      [
        'a rollout that has ended',
        { rollouts: [aRollout({ status: 'finished', dueAt: noonPlus(2) })] },
        null,
      ],
    ])('comes next with %s', async (_name, change, wanted) => {
      await store.commit({ upgrade: anUpgrade({ planAt: null }), ...change });

      expect(await store.nextWorkDue(NOON)).toEqual(wanted);
    });

    it('comes next with the earliest of all', async () => {
      await store.commit({
        upgrade: anUpgrade({ planAt: noonPlus(5) }),
        rollouts: [aRollout({ dueAt: noonPlus(7) }), aRollout({ id: 'r2', dueAt: noonPlus(3) })],
      });

      expect(await store.nextWorkDue(NOON)).toEqual(noonPlus(3));
      expect(await store.nextWorkDue(noonPlus(3))).toEqual(noonPlus(5));
      expect(await store.nextWorkDue(noonPlus(7))).toBeNull();
    });

    it('is in the outbox of each channel in order of arrival, whenever it is due', async () => {
      const before = await store.outboxHeads();
      await store.commit({
        outbox: [
          anOutboxItem({ id: 'o1', dueAt: noonPlus(5) }),
          anOutboxItem({ id: 'o2', channel: 'chat', createdAt: noonPlus(-9) }),
          anOutboxItem({ id: 'o3', dueAt: noonPlus(-1) }),
          anOutboxItem({ id: 'o4' }),
        ],
      });

      expect(before).toEqual([]);
      expect(ids(await store.outbox('slack', 9))).toEqual(['o1', 'o3', 'o4']);
      expect(ids(await store.outbox('slack', 1, 1))).toEqual(['o3']);
      expect(ids(await store.outbox('pager', 9))).toEqual([]);
      expect(await store.outboxHeads()).toEqual([
        { channel: 'chat', waiting: 1, since: noonPlus(-9), dueAt: NOON },
        { channel: 'slack', waiting: 3, since: NOON, dueAt: noonPlus(5) },
      ]);
    });

    async function arrive(...arrivals: readonly Arrival[]): Promise<void> {
      const rollouts = arrivals.map(([id, serviceId, status = 'queued', seconds = 0]) =>
        aRollout({ id, service: service(serviceId), status, dueAt: noonPlus(seconds) }),
      );
      await store.commit({ upgrade: anUpgrade({ planAt: null }), rollouts });
    }
  });
});

function service(id: string): ServiceRef {
  return { backend: 'cattle', environment: '1a5', id };
}

/** Id, service, status (queued) and seconds from noon at which it is due (0). */
type Arrival = readonly [id: string, service: string, status?: RolloutStatus, seconds?: number];

const BUSY: ReadonlySet<RolloutStatus> = new Set(['upgrading', 'finishing', 'rolling_back']);

/** What `startable` promises, said in the plainest way. */
function startableAmong(rollouts: readonly Rollout[], query: DueQuery): readonly Rollout[] {
  return rollouts
    .filter((rollout) => {
      const ofService = rollouts.filter((other) => sameService(other.service, rollout.service));
      const head = ofService.find((other) => other.status === 'queued');
      const busy = ofService.some(({ status }) => BUSY.has(status));
      return rollout === head && !busy && rollout.dueAt <= query.now && !query.except.has(rollout.id);
    })
    .toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
    .slice(0, query.limit);
}

function due(overrides: Partial<DueQuery> = {}): DueQuery {
  return { now: NOON, limit: 10, except: new Set(), ...overrides };
}

function of(repository: string, tag: string) {
  return { repository, image: `${repository}:${tag}` };
}

function sameService(a: ServiceRef, b: ServiceRef): boolean {
  return a.backend === b.backend && a.environment === b.environment && a.id === b.id;
}
