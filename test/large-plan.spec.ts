import { describe, expect, it } from '@jest/globals';
import type { Service } from '../src/domain/service.js';
import { turnsDuring } from './fakes/loop.js';
import { aService } from './fakes/services.js';
import { UpgradeRig } from './fakes/upgrade-rig.js';

const SERVICES = 10_000;
const ENVIRONMENTS = ['1a5', '1a6', '1a7', '1a8', '1a9'];

/** One of so many is to be upgraded; the others are left. */
const OPTED_IN = 10;

const LEAST_TURNS = 400;

const NEVER = new AbortController().signal;

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

  /** Plans an upgrade of an image that all of them run, writes down what is planned, and answers how many turns others had. */
  async function planned(): Promise<number> {
    const rig = new UpgradeRig();
    rig.backend.known = ENVIRONMENTS.map((id) => ({ id, name: id }));
    rig.backend.candidates = async ({ id }) => candidates.get(id) ?? [];
    const { upgrade } = await rig.stored({});

    const turns = await turnsDuring(() => rig.planning.run(upgrade, NEVER));

    const { plans, rollouts } = await rig.record();
    await rig.close();
    expect(rollouts).toHaveLength(SERVICES / OPTED_IN);
    expect(plans.flatMap(({ skipped }) => skipped)).toHaveLength(SERVICES - rollouts.length);
    return turns;
  }

  it('lets everything else have its turn again and again', async () => {
    const turns = await planned();

    expect(turns).toBeGreaterThan(LEAST_TURNS);
  });
});
