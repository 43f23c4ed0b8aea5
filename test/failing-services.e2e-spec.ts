import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import { FINISH_GRACE_MS } from '../src/upgrade/rollouts/after-start.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World } from './harness/world.js';

/** Nothing of what is turned depends on a moment. */
const STEP_MS = 1000;

/** Rancher was asked once for the upgrade, and for nothing else. */
function isLeftAlone(world: World, service: Service): void {
  expect(world.requests(service, 'POST').map(({ query }) => query)).toEqual(['action=upgrade']);
}

describe('a service whose upgrade does not go well', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  function upgrade({ name }: Service, timeout: number): Promise<UpgradeView> {
    return world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout });
  }

  it('is upgraded if the image appears before the deadline', async () => {
    const fault = world.rancher.faults.add({ kind: 'image-missing', image: 'acme/late:2.0.0' });
    const service = world.add('late');
    const id = await world.begin({ docker_image: 'acme/late:2.0.0', timeout: 600 });
    await world.until('it is in error', () => service.transitioning === 'error');

    fault.remove();
    const { rollouts } = await world.settled(id);

    expect(rollouts).toMatchObject([{ status: 'finished', reason: null }]);
    expect(world.accepted(service)).toEqual(['docker:acme/late:2.0.0']);
  });

  it('is upgraded where a container that crashes has no health check, for Rancher takes it for running', async () => {
    world.rancher.faults.add({ kind: 'crash-loop', image: 'acme/crashing:2.0.0' });
    const service = world.add('crashing');

    const { status } = await upgrade(service, 600);

    expect(status).toBe('succeeded');
    expect(world.accepted(service)).toEqual(['docker:acme/crashing:2.0.0']);
  });

  it('has failed long before its deadline where a container that crashes has one', async () => {
    world.rancher.faults.add({ kind: 'crash-loop', image: 'acme/checked:2.0.0' });
    const service = world.add('checked', { healthCheck: true });

    const { rollouts } = await upgrade(service, 600);

    expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.crashing' } }]);
    expect(rollouts[0]?.reason?.message).toMatch(/^its container 1i\d+ crashes: started \d+ times$/);
    isLeftAlone(world, service);
  });

  it('has failed if Rancher refuses its launchConfig for good', async () => {
    const service = world.add('broken', { launchConfig: { requestedHostId: '1h999' } });

    const { rollouts } = await upgrade(service, 600);

    expect(rollouts).toMatchObject([
      {
        status: 'failed',
        reason: {
          code: 'rollout.refused',
          message: 'Rancher refuses: InvalidReference: requestedHostId',
        },
      },
    ]);
    expect(world.course(service)).toEqual([]);
    isLeftAlone(world, service);
  });

  describe('because two upgrades were accepted at once', () => {
    it.each(['correct', 'upgrade-null', 'previous-is-other'] as const)(
      'is finished if ours is there (%s)',
      async (variant) => {
        const service = world.add(`ours-${variant}`);
        world.rancher.faults.add({
          kind: 'race',
          service: service.name,
          image: `acme/${service.name}:9.9.9`,
          winner: 'ours',
          variant,
        });

        const { rollouts } = await upgrade(service, 600);

        expect(rollouts).toMatchObject([{ status: 'finished', reason: null }]);
        expect(world.accepted(service)).toEqual([`docker:acme/${service.name}:2.0.0`]);
      },
    );

    it.each(['9.9.9', '2.0.0'])('is left to the other if that is there (%s)', async (tag) => {
      const service = world.add(`theirs-${tag}`);
      const image = `acme/${service.name}:${tag}`;
      world.rancher.faults.add({ kind: 'race', service: service.name, image, winner: 'theirs' });

      const { rollouts } = await upgrade(service, 600);

      expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.overtaken' } }]);
      expect(rollouts[0]?.reason?.message).toContain(image);
      isLeftAlone(world, service);
    });
  });
});

describe('a service whose time runs out', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    turned = await TurnedWorld.start({ simulator: { settings: { waitMs: 5000 } } }, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(() => turned.close());

  async function add(name: string, description: Partial<ServiceDescription> = {}): Promise<Service> {
    const service = turned.add(name, description);
    await turned.turn(2000);
    return service;
  }

  /** An upgrade that takes minutes to fail. */
  async function upgradeLong({ name }: Service): Promise<UpgradeView> {
    const id = await turned.world.begin({ docker_image: `acme/${name}:2.0.0` });
    await turned.turn(FINISH_GRACE_MS);
    return turned.settled(id);
  }

  it('has failed at its deadline, with what Rancher said last, if the image cannot be pulled', async () => {
    turned.rancher.faults.add({ kind: 'image-missing', image: 'acme/missing:2.0.0' });
    const service = await add('missing');

    const { status, rollouts } = await turned.upgrade({
      docker_image: `acme/${service.name}:2.0.0`,
      timeout: 20,
    });

    expect(status).toBe('failed');
    expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.timeout' } }]);
    expect(rollouts[0]?.reason?.message).toMatch(
      /^still upgrading after 20 s; its container 1i\d+ is in the state error; Rancher says: .*Image \[acme\/missing:2\.0\.0\] failed to pull/,
    );
    expect(turned.world.course(service)).toEqual(['upgrading by admin']);
    isLeftAlone(turned.world, service);
  });

  it('has failed at its deadline if its container never becomes healthy', async () => {
    turned.rancher.faults.add({ kind: 'never-healthy', image: 'acme/ill:2.0.0' });
    const service = await add('ill', { healthCheck: true });

    const { rollouts } = await turned.upgrade({ docker_image: `acme/${service.name}:2.0.0`, timeout: 20 });

    expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.timeout' } }]);
    expect(rollouts[0]?.reason?.message).toMatch(/Rancher says: Waiting: healthy \[container:1i\d+\]$/);
    isLeftAlone(turned.world, service);
  });

  it('is not finished if it is upgraded, but not healthy until the deadline', async () => {
    turned.rancher.faults.add({ kind: 'never-healthy', image: 'acme/flipped:2.0.0' });
    const service = await add('flipped', { healthCheck: true });
    const id = await turned.world.begin({ docker_image: 'acme/flipped:2.0.0', timeout: 20 });
    await turned.until('a new container runs', () =>
      service.instances.some(({ health }) => health === 'initializing'),
    );
    turned.rancher.as('alice').scale(service, 1);

    const { rollouts } = await turned.settled(id);

    expect(rollouts).toMatchObject([
      {
        status: 'failed',
        reason: {
          code: 'rollout.unhealthy',
          message: expect.stringMatching(
            /^upgraded, but not healthy within 20 s; its container 1i\d+ is running, but not/,
          ),
        },
      },
    ]);
    expect(turned.world.course(service)).toEqual(['upgrading by admin', 'upgraded']);
    isLeftAlone(turned.world, service);
  });

  it('has failed if Rancher takes the upgrade in none of five tries', async () => {
    turned.rancher.faults.add({ kind: 'conflict', service: 'locked', action: 'upgrade' });
    const service = await add('locked');

    const { rollouts } = await upgradeLong(service);

    expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.refused' } }]);
    expect(turned.world.actions(service, 'upgrade')).toHaveLength(5);
    expect(turned.world.course(service)).toEqual([]);
  });

  it('has failed if Rancher does not finish it in time', async () => {
    turned.rancher.faults.add({ kind: 'server-error', service: 'unfinished', action: 'finishupgrade' });
    const service = await add('unfinished');

    const { rollouts } = await upgradeLong(service);

    expect(rollouts).toMatchObject([{ status: 'failed', reason: { code: 'rollout.timeout' } }]);
    expect(rollouts[0]?.reason?.message).toContain('500');
    expect(turned.world.course(service)).toEqual(['upgrading by admin', 'upgraded']);
  });
});
