import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import { LEFTOVER } from '../src/domain/rollout.js';
import { BUSY_PATIENCE_MS } from '../src/upgrade/judging/judge.js';
import { asked, rolloutOf, untilRollout } from './harness/rollouts.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World } from './harness/world.js';

/** Nothing of what is turned depends on a moment. */
const STEP_MS = 2000;

describe('a service that is still upgraded from before', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  /** Somebody else has upgraded it from 0.9.0 to 1.0.0 and gone away. */
  function left(name: string, more: Partial<ServiceDescription> = {}): Service {
    return world.add(name, {
      state: 'upgraded',
      upgrade: { previousImage: `acme/${name}:0.9.0` },
      ...more,
    });
  }

  function upgrade({ name }: Service, body: Readonly<Record<string, unknown>>) {
    return world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 600, ...body });
  }

  async function ours(name: string) {
    const service = world.add(name);
    const { id } = await world.upgrade({ docker_image: `acme/${name}:1.1.0`, confirm: false });
    return { service, older: String(id) };
  }

  it.each([
    ['finish', ['finishupgrade', 'upgrade', 'finishupgrade'], '1.0.0'],
    ['rollback', ['rollback', 'upgrade', 'finishupgrade'], '0.9.0'],
  ] as const)('is cleared first where that is asked for: %s', async (leftover, actions, from) => {
    const service = left(`cleared-by-${leftover}`);

    const { status, rollouts } = await upgrade(service, { leftover });

    expect(status).toBe('succeeded');
    expect(rollouts).toMatchObject([
      { from: `acme/${service.name}:${from}`, status: 'finished', reason: null },
    ]);
    expect(asked(world, service)).toEqual(actions);
  });

  it.each([
    ['finish', ['rollback', 'upgrade', 'finishupgrade']],
    ['rollback', ['rollback', 'upgrade', 'finishupgrade']],
  ] as const)(
    'is rolled back, never continued, where that upgrade was cancelled: %s',
    async (leftover, actions) => {
      const service = left(`cancelled-${leftover}`, { state: 'canceled-upgrade' });

      const { status } = await upgrade(service, { leftover });

      expect(status).toBe('succeeded');
      expect(asked(world, service)).toEqual(actions);
    },
  );

  it('is left as it is where that upgrade was cancelled and nothing is said', async () => {
    const service = left('cancelled-refused', { state: 'canceled-upgrade' });

    const { status, skipped } = await upgrade(service, {});

    expect(status).toBe('failed');
    expect(skipped).toMatchObject([{ reason: { code: 'service.busy' } }]);
    expect(asked(world, service)).toEqual([]);
  });

  it('is not finished before its containers are sound', async () => {
    const service = left('unsound', { healthCheck: true });
    for (const instance of service.instances) instance.health = 'unhealthy';
    const id = await world.begin({ docker_image: 'acme/unsound:2.0.0', timeout: 600, leftover: 'finish' });
    await world.until('it was looked at again and again', () => {
      const looks = world.requests(service, 'GET').filter(({ path }) => path.endsWith('/instances'));
      return looks.length >= 3;
    });
    const tooEarly = asked(world, service);

    for (const instance of service.instances) instance.health = 'healthy';
    const { status } = await world.settled(id);

    expect(tooEarly).toEqual([]);
    expect(status).toBe('succeeded');
    expect(asked(world, service)).toEqual(['finishupgrade', 'upgrade', 'finishupgrade']);
  });

  it('is left as it is where the version is not for it anyway', async () => {
    const service = left('newer', { image: 'acme/newer:3.0.0' });

    const { status } = await upgrade(service, { leftover: 'rollback' });

    expect(status).toBe('nothing_to_do');
    expect(asked(world, service)).toEqual([]);
  });

  it.each(LEFTOVER.filter((leftover) => leftover !== 'refuse'))(
    'is not touched by a dry run: %s',
    async (leftover) => {
      const service = left(`dry-${leftover}`);

      const plan = await world.post({
        docker_image: `acme/${service.name}:2.0.0`,
        leftover,
        dry_run: true,
      });

      expect(plan.body.rollouts).toMatchObject([{ service: { id: service.ref } }]);
      expect(asked(world, service)).toEqual([]);
    },
  );

  describe('by an upgrade of ours', () => {
    it('is confirmed by the newer one, which is written down, and comes first', async () => {
      const { service, older } = await ours('ours-finish');

      const { id, status } = await upgrade(service, { leftover: 'finish' });

      const { history, ...rollout } = await rolloutOf(world, older);
      expect(status).toBe('succeeded');
      expect(rollout).toMatchObject({ status: 'finished', reason: null });
      expect(history.map(({ message }) => message)).toContain(
        `confirmed: asked for by the upgrade ${id}, which waits for the service`,
      );
      expect(await world.view(older)).toMatchObject({ status: 'succeeded' });
      expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade', 'upgrade', 'finishupgrade']);
    });

    it('is rolled back by the newer one, which is written down, and comes first', async () => {
      const { service, older } = await ours('ours-rollback');

      const { id, status, rollouts } = await upgrade(service, { leftover: 'rollback' });

      expect(status).toBe('succeeded');
      expect(rollouts).toMatchObject([{ from: 'acme/ours-rollback:1.0.0' }]);
      expect(await rolloutOf(world, older)).toMatchObject({
        status: 'rolled_back',
        reason: {
          code: 'rollout.overtaken',
          message: `rolled back: asked for by the upgrade ${id}, which waits for the service`,
        },
      });
      expect(asked(world, service)).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
    });

    it('is rolled back by the newer one also where it had failed', async () => {
      world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/ours-failed:1.1.0' });
      const service = world.add('ours-failed', { healthCheck: true });
      const older = await world.begin({ docker_image: 'acme/ours-failed:1.1.0', timeout: 20 });
      await world.until('a new container runs', () =>
        service.instances.some(({ health }) => health === 'initializing'),
      );
      world.rancher.as('alice').scale(service, 1);
      await untilRollout(world, older, 'failed');

      const { status } = await upgrade(service, { leftover: 'rollback' });

      expect(status).toBe('succeeded');
      expect(await rolloutOf(world, older)).toMatchObject({ status: 'rolled_back' });
      expect(asked(world, service)).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
    });
  });
});

describe('what becomes of a left-over where the request does not say', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_LEFTOVER: 'rollback' } });
  });

  afterAll(() => world.close());

  it.each([
    ['the variable', {}, ['rollback', 'upgrade', 'finishupgrade']],
    ['the request, which comes first', { leftover: 'finish' }, ['finishupgrade', 'upgrade', 'finishupgrade']],
  ] as const)('is said by %s', async (words, body, actions) => {
    const name = words.replaceAll(/\W+/g, '-');
    const upgraded = { state: 'upgraded', upgrade: { previousImage: `acme/${name}:0.9.0` } };
    const service = world.add(name, upgraded);

    const { status } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 600, ...body });

    expect(status).toBe('succeeded');
    expect(asked(world, service)).toEqual(actions);
  });
});

describe('a left-over that is refused', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    turned = await TurnedWorld.start({}, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(() => turned.close());

  it('stays what it is, and so does the upgrade of ours that it belongs to', async () => {
    const service = turned.add('ours');
    await turned.turn(2000);
    const { id } = await turned.upgrade({ docker_image: 'acme/ours:1.1.0', confirm: false });

    const refused = await turned.world.begin({ docker_image: 'acme/ours:2.0.0' });
    await turned.turn(BUSY_PATIENCE_MS);
    const newer = await turned.settled(refused);

    expect(newer).toMatchObject({
      status: 'failed',
      rollouts: [{ status: 'skipped', reason: { code: 'service.awaiting_confirmation' } }],
    });
    expect(await turned.view(String(id))).toMatchObject({ rollouts: [{ status: 'awaiting_confirmation' }] });
    expect(asked(turned.world, service)).toEqual(['upgrade']);
  });
});
