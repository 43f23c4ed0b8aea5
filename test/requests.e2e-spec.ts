import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetDescription } from '../simulator/fleet.js';
import { TurnedWorld } from './harness/turned-world.js';

const FLEET: FleetDescription = {
  environments: [{ name: 'production', id: '1a5', stacks: [{ name: 'shop', services: [] }] }],
  keys: [
    { access: 'project', secret: 'project-secret', kind: 'environment', environment: 'production' },
    { access: 'agent', secret: 'agent-secret', kind: 'service_account', environment: 'production' },
  ],
};

interface Asked {
  readonly key: string;
  readonly perService: readonly string[];
  readonly perPlan: readonly string[];
}

const KEYS: readonly (readonly [string, Asked])[] = [
  [
    'an API key',
    { key: 'project', perService: ['GET', 'upgrade', 'GET instances', 'finishupgrade'], perPlan: [] },
  ],
  [
    'a service account key, which has to look whether a service uses secrets',
    {
      key: 'agent',
      perService: ['GET', 'GET instances', 'upgrade', 'GET instances', 'finishupgrade'],
      perPlan: ['GET instances'],
    },
  ],
];

describe.each(KEYS)('what a push asks of Rancher with %s', (_, { key, perService, perPlan }) => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    const variables = { CATTLE_ACCESS_KEY: key, CATTLE_SECRET_KEY: `${key}-secret` };
    turned = await TurnedWorld.start({ fleet: FLEET, variables }, ['1a5']);
  });

  beforeEach(() => turned.rancher.journal.clear());

  afterAll(() => turned.close());

  it.each([1, 3])('is as little as it takes for each of %d services, and nothing besides', async (count) => {
    const image = `acme/some-${count}`;
    const services = Array.from({ length: count }, (__, index) =>
      turned.add(`some-${count}-${index}`, { image: `${image}:1.0.0` }),
    );
    const others = Array.from({ length: 20 }, (__, index) => turned.add(`other-${count}-${index}`));
    await turned.turn(2000);
    turned.rancher.journal.clear();

    const upgrade = await turned.upgrade({ docker_image: `${image}:2.0.0` });

    expect(upgrade.rollouts.map(({ status }) => status)).toEqual(services.map(() => 'finished'));
    for (const service of services) expect(turned.askedOf(service)).toEqual(perService);
    for (const other of others) expect(turned.askedOf(other)).toEqual([]);
    expect(turned.asked).toHaveLength(count * perService.length);
  });

  it('is nothing for services that are left as they are', async () => {
    turned.add('newer', { image: 'acme/newer:3.0.0' });
    turned.add('out', { image: 'acme/newer:1.0.0', labels: { 'autoupdate.enable': 'false' } });
    await turned.turn(2000);
    turned.rancher.journal.clear();

    const upgrade = await turned.upgrade({ docker_image: 'acme/newer:2.0.0' });

    expect(upgrade.skipped).toHaveLength(2);
    expect(turned.asked).toEqual([]);
  });

  it('is nothing where nobody runs the image, and next to nothing for a dry run', async () => {
    turned.add('dry');
    await turned.turn(2000);
    turned.rancher.journal.clear();

    await turned.upgrade({ docker_image: 'acme/unheard-of:2.0.0' });
    const plan = await turned.world.post({ docker_image: 'acme/dry:2.0.0', dry_run: true });

    expect(plan.body.rollouts).toHaveLength(1);
    expect(turned.asked).toEqual(perPlan);
  });
});
