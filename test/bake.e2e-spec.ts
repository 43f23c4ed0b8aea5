import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import { asked, rolloutOf, untilRollout } from './harness/rollouts.js';
import { World } from './harness/world.js';

jest.setTimeout(30_000);

function sick(service: Service, isSick: boolean): void {
  for (const instance of service.instances) instance.health = isSick ? 'unhealthy' : 'healthy';
}

describe('an upgrade that bakes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      speed: 40,
      variables: { AUTOUPDATE_BAKE: '60', AUTOUPDATE_MAX_PARALLEL: '1' },
    });
  });

  afterAll(() => world.close());

  /** Milliseconds from when Rancher had upgraded the service until it was asked to finish it. */
  function bakedMs(service: Service): number {
    const at = (state: string) =>
      world.rancher.journal.changes.find(({ service: ref, to }) => ref === service.ref && to === state)?.at ??
      0;
    return at('finishing-upgrade') - at('upgraded');
  }

  /** Resolves when the service was seen sound. */
  function untilBaking(service: Service): Promise<void> {
    return world.until('it bakes', () =>
      world
        .requests(service, 'GET')
        .some(({ path, at }) => path.endsWith('/instances') && at > upgradedAt(service)),
    );
  }

  function upgradedAt(service: Service): number {
    const changes = world.rancher.journal.changes;
    return changes.find(({ service: ref, to }) => ref === service.ref && to === 'upgraded')?.at ?? Infinity;
  }

  it.each([
    ['as the variable says', 'variable', {}, 60],
    ['as its label says', 'label', { 'autoupdate.bake': '90' }, 90],
    ['not at all where its label says so', 'unbaked', { 'autoupdate.bake': '0' }, 0],
  ] as const)(
    'is finished when its containers have been sound for so long: %s',
    async (_, name, labels, seconds) => {
      const service = world.add(name, { labels, healthCheck: true });

      const { status, rollouts } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 20 });

      expect(status).toBe('succeeded');
      expect(rollouts).toMatchObject([{ bake: seconds, timeout: 20, reason: null }]);
      expect(bakedMs(service)).toBeGreaterThanOrEqual(seconds * 1000);
      expect(bakedMs(service)).toBeLessThan(seconds * 1000 + 20_000);
    },
  );

  it('holds no slot while it does', async () => {
    const service = world.add('slotless', { labels: { 'autoupdate.bake': '3600' } });
    const id = await world.begin({ docker_image: 'acme/slotless:2.0.0', timeout: 20 });
    await untilBaking(service);
    world.add('next', { labels: { 'autoupdate.bake': '0' } });

    const next = await world.upgrade({ docker_image: 'acme/next:2.0.0' });

    expect(next.status).toBe('succeeded');
    expect(await world.view(id)).toMatchObject({ status: 'running', rollouts: [{ status: 'upgrading' }] });
    expect(asked(world, service)).toEqual(['upgrade']);
  });

  it('bakes anew when a container was unwell for a while', async () => {
    const service = world.add('relapse', { healthCheck: true });
    const id = await world.begin({ docker_image: 'acme/relapse:2.0.0', timeout: 100 });
    await untilBaking(service);
    const looks = world.requests(service, 'GET').length;

    sick(service, true);
    await world.until('it was seen', () => world.requests(service, 'GET').length > looks + 2);
    sick(service, false);
    const { status } = await world.settled(id);

    expect(status).toBe('succeeded');
    expect(bakedMs(service)).toBeGreaterThan(75_000);
  });

  it('has failed if its container is unwell for longer than the timeout', async () => {
    const service = world.add('unwell', { healthCheck: true });
    const id = await world.begin({
      docker_image: 'acme/unwell:2.0.0',
      timeout: 20,
      on_failure: 'rollback',
    });
    await untilBaking(service);

    sick(service, true);
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.unhealthy' },
    });
    expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('has failed if its container crashes meanwhile, though it runs whenever it is looked at', async () => {
    world.rancher.faults.add({ kind: 'crash-loop', image: 'acme/crashing:2.0.0', everyMs: 9000 });
    const service = world.add('crashing');
    const id = await world.begin({
      docker_image: 'acme/crashing:2.0.0',
      timeout: 600,
      on_failure: 'rollback',
    });

    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.crashing' },
    });
    expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('has not stayed sound if its container was started again', async () => {
    const service = world.add('restarted');
    const id = await world.begin({ docker_image: 'acme/restarted:2.0.0', timeout: 100 });
    await untilBaking(service);
    const looks = world.requests(service, 'GET').length;
    await world.until('it was seen', () => world.requests(service, 'GET').length > looks);

    for (const instance of service.instances) instance.startCount += 1;
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({ status: 'finished' });
    expect(bakedMs(service)).toBeGreaterThan(75_000);
  });

  it('can be finished by somebody else before it has', async () => {
    const service = world.add('hurried');
    const id = await world.begin({ docker_image: 'acme/hurried:2.0.0' });
    await untilBaking(service);

    world.rancher.as('alice').finishupgrade(service);
    await untilRollout(world, id, 'finished');

    expect(await rolloutOf(world, id)).toMatchObject({ reason: { code: 'rollout.finished_elsewhere' } });
    expect(asked(world, service)).toEqual(['upgrade']);
  });
});
