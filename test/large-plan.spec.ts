import { describe, expect, it } from '@jest/globals';
import type { Service } from '../src/domain/service.js';
import { aService } from './fakes/services.js';
import { UpgradeRig } from './fakes/upgrade-rig.js';

const SERVICES = 10_000;
const ENVIRONMENTS = ['1a5', '1a6', '1a7', '1a8', '1a9'];

/** One of so many is to be upgraded; the others are left. */
const OPTED_IN = 10;

/** What takes long each time is no accident of the machine. */
const RUNS = 3;
const MOST_MS = 20;
const LEAST_TURNS = 400;

const NEVER = new AbortController().signal;

/** Counts the turns of the event loop, and takes the milliseconds that this process computes between two of them. */
class Loop {
  turns = 0;
  longestMs = 0;
  private before = process.cpuUsage();
  private next = setImmediate(() => this.turn());

  stop(): void {
    clearImmediate(this.next);
  }

  private turn(): void {
    const { user, system } = process.cpuUsage(this.before);
    this.turns += 1;
    this.longestMs = Math.max(this.longestMs, (user + system) / 1000);
    this.before = process.cpuUsage();
    this.next = setImmediate(() => this.turn());
  }
}

function servicesOf(environment: string): readonly Service[] {
  return Array.from({ length: SERVICES / ENVIRONMENTS.length }, (_, index) =>
    aService({
      ref: { backend: 'cattle', environment, id: `1s${index}` },
      labels: { 'autoupdate.enable': String(index % OPTED_IN === 0) },
    }),
  );
}

describe('planning 10,000 services', () => {
  const candidates = new Map(ENVIRONMENTS.map((id) => [id, servicesOf(id)]));

  /** Plans an upgrade of an image that all of them run, and writes down what is planned. */
  async function planned(): Promise<Loop> {
    const rig = new UpgradeRig();
    rig.backend.known = ENVIRONMENTS.map((id) => ({ id, name: id }));
    rig.backend.candidates = async ({ id }) => candidates.get(id) ?? [];
    const { upgrade } = await rig.stored({});
    const loop = new Loop();

    await rig.planning.run(upgrade, NEVER);

    loop.stop();
    const { plans, rollouts } = await rig.record();
    await rig.close();
    expect(rollouts).toHaveLength(SERVICES / OPTED_IN);
    expect(plans.flatMap(({ skipped }) => skipped)).toHaveLength(SERVICES - rollouts.length);
    return loop;
  }

  it('lets everything else have its turn again and again, and never computes for longer than 20 ms at a stretch', async () => {
    const loops: Loop[] = [];
    while (loops.length < RUNS) loops.push(await planned());

    for (const { turns } of loops) expect(turns).toBeGreaterThan(LEAST_TURNS);
    expect(Math.min(...loops.map(({ longestMs }) => longestMs))).toBeLessThan(MOST_MS);
  });
});
