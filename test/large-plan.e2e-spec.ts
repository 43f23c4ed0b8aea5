import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Rollout } from '../src/domain/rollout.js';
import { CattleNames } from '../src/rancher/cattle/cattle.names.js';
import { UpgradeStore, type Written } from '../src/store/upgrade-store.js';
import { ServiceJudge } from '../src/upgrade/judging/service-judge.js';
import { World } from './harness/world.js';

const ENVIRONMENTS = ['europe', 'asia', 'tools', 'staging', 'production'];
const EACH = 400;
const COUNT = ENVIRONMENTS.length * EACH;

/**
 * Services that may be seen, or decided about, in one turn of the event loop: twice as many as are planned at once, and those
 * whose rollouts begin meanwhile.
 */
const MOST_IN_A_TURN = 60;

/** Services that may be written in one change. */
const MOST_IN_A_CHANGE = EACH;

/** Counts how often something is done, by turns of the event loop. */
class Turns {
  readonly counts: number[] = [];
  private isNew = true;

  note(): void {
    if (this.isNew) {
      this.counts.push(0);
      this.isNew = false;
      setImmediate(() => (this.isNew = true));
    }
    this.counts.push((this.counts.pop() ?? 0) + 1);
  }
}

describe(`${COUNT} services of ${ENVIRONMENTS.length} environments that run the pushed image`, () => {
  let world: World;

  beforeAll(async () => {
    const services = Array.from({ length: EACH }, (_, index): ServiceDescription => ({
      name: `service-${index}`,
      image: 'acme/web:1.0.0',
      labels: { 'autoupdate.enable': 'true' },
    }));
    const keys = [{ access: 'admin', secret: 'admin-secret', kind: 'admin' } as const];
    const environments = ENVIRONMENTS.map((name) => ({ name, stacks: [{ name: 'shop', services }] }));
    world = await World.start({ fleet: { environments, keys }, speed: 5 });
  });

  afterAll(() => world.close());

  /** Pushes a version, and answers what was done until all was planned: in each turn, and in each change. */
  async function planned(version: string) {
    const store = world.part(UpgradeStore);
    const [seen, judged] = [new Turns(), new Turns()];
    const changes: Written[] = [];
    const parts = [
      noting(world.part(CattleNames), 'stack', seen),
      noting(world.part(ServiceJudge), 'judge', judged),
      store.changes$.subscribe((change) => changes.push(change)),
    ];
    await world.begin({ docker_image: `acme/web:${version}` });
    await world.until('all is planned', async () => (await store.workload()).unplanned === 0);
    for (const part of parts) part.unsubscribe();
    return { seen, judged, written: changes.map(servicesIn) };
  }

  it.each([
    ['are left', '0.9.0'],
    ['are all to be upgraded', '1.1.0'],
  ])('%s: they are seen, decided about and written a few at a time', async (_, version) => {
    const { seen, judged, written } = await planned(version);

    expect(sum(seen.counts)).toBeGreaterThanOrEqual(COUNT);
    expect(sum(judged.counts)).toBeGreaterThanOrEqual(COUNT);
    expect(sum(written)).toBe(COUNT);
    expect(Math.max(...seen.counts)).toBeLessThanOrEqual(MOST_IN_A_TURN);
    expect(Math.max(...judged.counts)).toBeLessThanOrEqual(MOST_IN_A_TURN);
    expect(Math.max(...written)).toBeLessThanOrEqual(MOST_IN_A_CHANGE);
  });
});

/** Has each call of a method noted. */
function noting<K extends string>(part: Record<K, (...args: never) => unknown>, name: K, turns: Turns) {
  const original = part[name];
  part[name] = (...args) => {
    turns.note();
    return original.apply(part, args);
  };
  return { unsubscribe: () => (part[name] = original) };
}

/** How many services are planned by a change. */
function servicesIn({ plans = [], rollouts = [] }: Written): number {
  return sum(plans.map(({ skipped }) => skipped.length)) + rollouts.filter(isNew).length;
}

function isNew({ version }: Rollout): boolean {
  return version === 1;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
