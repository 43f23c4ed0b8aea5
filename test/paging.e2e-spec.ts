import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import { LISTING_SERVES_MS, World } from './harness/world.js';

const COUNT = 2500;
/** Where the services stand that run the image: at the ends and where a page goes over into the next. */
const PLACES = [0, 479, 480, 498, 499, 500, 501, 959, 960, 979, 980, 1999, 2000, COUNT - 1];
const LAST = `service-${COUNT - 1}`;

function service(index: number): ServiceDescription {
  const image = PLACES.includes(index) ? 'acme/rare:1.0.0' : `acme/other-${index % 50}:1.0.0`;
  return { name: `service-${index}`, image, labels: { 'autoupdate.enable': 'true' } };
}

describe('2,500 services over 6 pages', () => {
  let world: World;

  beforeAll(async () => {
    const services = Array.from({ length: COUNT }, (_, index) => service(index));
    const keys = [{ access: 'admin', secret: 'admin-secret', kind: 'admin' } as const];
    const environments = [{ name: 'production', id: '1a5', stacks: [{ name: 'shop', services }] }];
    world = await World.start({ fleet: { environments, keys }, speed: 5, hasEvents: false });
  });

  afterAll(() => world.close());

  function pages(): readonly string[] {
    return world.rancher.journal.requests
      .filter(({ path }) => path.endsWith('/services'))
      .map(({ query }) => query);
  }

  async function plannedNames(): Promise<readonly string[]> {
    const { body } = await world.post({ docker_image: 'acme/rare:2.0.0', dry_run: true });
    return body.rollouts.map((rollout) => rollout.service.name);
  }

  it('are read to the end, and each match is found once', async () => {
    world.rancher.journal.clear();

    expect(await plannedNames()).toEqual(PLACES.map((index) => `service-${index}`));
    expect(pages()).toHaveLength(6);
  });

  it('are read without a gap while services go', async () => {
    const { fleet } = world.rancher;
    await world.pass(LISTING_SERVES_MS);
    const slow = world.rancher.faults.add({ kind: 'latency', ms: 2000, path: '/services', after: 1 });
    world.rancher.journal.clear();

    const planned = plannedNames();
    await world.until('the second page is asked for', () => pages().length >= 2);
    for (let index = 10; index < 25; index += 1) {
      fleet.purgeService(fleet.service('production', 'shop', `service-${index}`));
    }
    slow.remove();

    expect(await planned).toEqual(PLACES.map((index) => `service-${index}`));
  });

  it('are not half a plan when a page fails', async () => {
    await world.pass(LISTING_SERVES_MS);
    const fault = world.rancher.faults.add({ kind: 'forbidden', path: '/services', after: 2, times: 1 });

    const answer = await world.post({ docker_image: 'acme/rare:2.0.0', dry_run: true });
    fault.remove();

    expect(answer).toMatchObject({ status: 503, body: { code: 'rancher.forbidden' } });
  });

  it('do not keep the one on the last page from being upgraded', async () => {
    const last = world.rancher.fleet.service('production', 'shop', LAST);

    const id = await world.begin({ docker_image: 'acme/rare:2.0.0', confirm: false });
    const done = await world.settled(id);

    expect(done.rollouts).toHaveLength(PLACES.length);
    expect(done.status).toBe('awaiting_confirmation');
    expect(world.accepted(last)).toEqual(['docker:acme/rare:2.0.0']);
  });
});
