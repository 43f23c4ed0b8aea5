import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import { Clock } from '../src/common/clock.js';
import type { RolloutView } from '../src/upgrade/routes/upgrade.view.js';
import { asked } from './harness/rollouts.js';
import { TurnedWorld } from './harness/turned-world.js';

/** Nothing here depends on a moment. */
const STEP_MS = 1000;

function sick(service: Service, isSick: boolean): void {
  for (const instance of service.instances) instance.health = isSick ? 'unhealthy' : 'healthy';
}

describe('an upgrade that bakes', () => {
  let turned: TurnedWorld;
  /** When which service came into which state, by the updater's clock: Rancher's is up to a step ahead of it. */
  const came = new Map<string, number>();

  beforeAll(async () => {
    const variables = { AUTOUPDATE_BAKE: '60', AUTOUPDATE_MAX_PARALLEL: '1' };
    turned = await TurnedWorld.start({ variables }, ['1a5', '1a6'], STEP_MS);
    const clock = turned.world.part(Clock);
    turned.rancher.changes.subscribe((change) => {
      if (change.kind === 'service') came.set(`${change.service.name} ${change.to}`, clock.monotonicMs());
    });
  });

  afterAll(() => turned.close());

  /** Adds a service that is known when a push tells of it. */
  async function add(name: string, description: Partial<ServiceDescription> = {}): Promise<Service> {
    const service = turned.add(name, description);
    await turned.turn(2000);
    return service;
  }

  /** Milliseconds from when Rancher had upgraded the service until it was asked to finish it. */
  function bakedMs({ name }: Service): number {
    return Number(came.get(`${name} finishing-upgrade`)) - Number(came.get(`${name} upgraded`));
  }

  /** Resolves when the service was seen sound. */
  function untilBaking(service: Service): Promise<void> {
    return turned.until('it bakes', () =>
      turned.world
        .requests(service, 'GET')
        .some(({ path, at }) => path.endsWith('/instances') && at > turned.cameMs(service, 'upgraded')),
    );
  }

  /** The only rollout of an upgrade, once it has settled. */
  async function rolloutOf(id: string): Promise<RolloutView | undefined> {
    return (await turned.settled(id)).rollouts[0];
  }

  it.each([
    ['as the variable says', 'variable', {}, 60],
    ['as its label says', 'label', { 'autoupdate.bake': '90' }, 90],
    ['not at all where its label says so', 'unbaked', { 'autoupdate.bake': '0' }, 0],
  ] as const)(
    'is finished when its containers have been sound for so long: %s',
    async (_, name, labels, seconds) => {
      const service = await add(name, { labels, healthCheck: true });

      const { status, rollouts } = await turned.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 20 });

      expect(status).toBe('succeeded');
      expect(rollouts).toMatchObject([{ bake: seconds, timeout: 20, reason: null }]);
      expect(bakedMs(service)).toBeGreaterThanOrEqual(seconds * 1000);
      expect(bakedMs(service)).toBeLessThan(seconds * 1000 + 20_000);
    },
  );

  it('holds no slot while it does', async () => {
    const service = await add('slotless', { labels: { 'autoupdate.bake': '3600' } });
    const id = await turned.world.begin({ docker_image: 'acme/slotless:2.0.0', timeout: 20 });
    await untilBaking(service);
    await add('next', { labels: { 'autoupdate.bake': '0' } });

    const next = await turned.upgrade({ docker_image: 'acme/next:2.0.0' });

    expect(next.status).toBe('succeeded');
    expect(await turned.view(id)).toMatchObject({ status: 'running', rollouts: [{ status: 'upgrading' }] });
    expect(asked(turned.world, service)).toEqual(['upgrade']);
  });

  it('bakes anew when a container was unwell for a while', async () => {
    const service = await add('relapse', { healthCheck: true });
    const id = await turned.world.begin({ docker_image: 'acme/relapse:2.0.0', timeout: 100 });
    await untilBaking(service);
    const looks = turned.world.requests(service, 'GET').length;

    sick(service, true);
    await turned.until('it was seen', () => turned.world.requests(service, 'GET').length > looks + 2);
    sick(service, false);
    const { status } = await turned.settled(id);

    expect(status).toBe('succeeded');
    expect(bakedMs(service)).toBeGreaterThan(75_000);
  });

  it('has failed if its container is unwell for longer than the timeout', async () => {
    const service = await add('unwell', { healthCheck: true });
    const id = await turned.world.begin({
      docker_image: 'acme/unwell:2.0.0',
      timeout: 20,
      on_failure: 'rollback',
    });
    await untilBaking(service);

    sick(service, true);
    const rollout = await rolloutOf(id);

    expect(rollout).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.unhealthy' },
    });
    expect(asked(turned.world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('has failed if its container crashes meanwhile, though it runs whenever it is looked at', async () => {
    turned.rancher.faults.add({ kind: 'crash-loop', image: 'acme/crashing:2.0.0', everyMs: 9000 });
    const service = await add('crashing');
    const id = await turned.world.begin({
      docker_image: 'acme/crashing:2.0.0',
      timeout: 600,
      on_failure: 'rollback',
    });

    const rollout = await rolloutOf(id);

    expect(rollout).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.crashing' },
    });
    expect(asked(turned.world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('has not stayed sound if its container was started again', async () => {
    const service = await add('restarted');
    const id = await turned.world.begin({ docker_image: 'acme/restarted:2.0.0', timeout: 100 });
    await untilBaking(service);
    const looks = turned.world.requests(service, 'GET').length;
    await turned.until('it was seen', () => turned.world.requests(service, 'GET').length > looks);

    for (const instance of service.instances) instance.startCount += 1;
    const rollout = await rolloutOf(id);

    expect(rollout).toMatchObject({ status: 'finished' });
    expect(bakedMs(service)).toBeGreaterThan(75_000);
  });

  it('can be finished by somebody else before it has', async () => {
    const service = await add('hurried');
    const id = await turned.world.begin({ docker_image: 'acme/hurried:2.0.0' });
    await untilBaking(service);

    turned.rancher.as('alice').finishupgrade(service);
    const rollout = await rolloutOf(id);

    expect(rollout).toMatchObject({
      status: 'finished',
      reason: { code: 'rollout.finished_elsewhere' },
    });
    expect(asked(turned.world, service)).toEqual(['upgrade']);
  });
});
