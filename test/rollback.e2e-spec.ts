import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import type { ServiceDescription } from '../simulator/fleet.js';
import { ailing, asked, rolloutOf, runningIn } from './harness/rollouts.js';
import { World } from './harness/world.js';

const UNDONE = ['upgrading by admin', 'rolling-back by admin', 'active'];

function upgrade(world: World, { name }: Service, body: Readonly<Record<string, unknown>> = {}) {
  return world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 15, on_failure: 'rollback', ...body });
}

describe('a service whose upgrade fails', () => {
  let world: World;

  beforeAll(async () => {
    // Slow enough for each look at a service to be answered in time on a slow machine.
    world = await World.start({ speed: 10, variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  describe('goes back to what it was', () => {
    it('at its deadline, with the containers it had before', async () => {
      const service = ailing(world, 'ill', { scale: 2 });
      const before = service.instances.map(({ uuid }) => uuid).toSorted();

      const { status, rollouts } = await upgrade(world, service);

      expect(status).toBe('failed');
      expect(rollouts).toMatchObject([
        { status: 'rolled_back', on_failure: 'rollback', reason: { code: 'rollout.timeout' } },
      ]);
      expect(rollouts[0]?.reason?.message).toMatch(/^still upgrading after 15 s/);
      expect(rollouts[0]?.history.map(({ status: then }) => then)).toEqual([
        'queued',
        'queued',
        'upgrading',
        'rolling_back',
        'rolled_back',
      ]);
      expect(world.course(service)).toEqual(UNDONE);
      expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
      expect(service.image).toBe('docker:acme/ill:1.0.0');
      expect(service.instances.map(({ uuid }) => uuid).toSorted()).toEqual(before);
    });

    it('also where Rancher had stored the new version before it took the upgrade', async () => {
      const service = ailing(world, 'stored');
      world.rancher.faults.add({
        kind: 'conflict',
        stored: true,
        service: 'stored',
        action: 'upgrade',
        times: 1,
      });

      const { rollouts } = await upgrade(world, service);

      expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.timeout' } }]);
      expect(service.image).toBe('docker:acme/stored:1.0.0');
      expect(world.accepted(service)).toEqual(['docker:acme/stored:1.0.0', 'docker:acme/stored:2.0.0']);
    });

    it('if it is upgraded, but not healthy in time', async () => {
      const service = ailing(world, 'flipped');
      const id = await world.begin({
        docker_image: 'acme/flipped:2.0.0',
        timeout: 20,
        on_failure: 'rollback',
      });
      await world.until('a new container runs', () =>
        service.instances.some(({ health }) => health === 'initializing'),
      );
      world.rancher.as('alice').scale(service, 1);

      const { rollouts } = await world.settled(id);

      expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.unhealthy' } }]);
      expect(world.course(service)).toEqual([
        'upgrading by admin',
        'upgraded',
        'rolling-back by admin',
        'active',
      ]);
      expect(runningIn(service)).toEqual(['acme/flipped:1.0.0']);
    });

    it('long before its deadline if its new container crashes again and again', async () => {
      world.rancher.faults.add({ kind: 'crash-loop', image: 'acme/crashing:2.0.0' });
      const service = world.add('crashing', { healthCheck: true });

      const { rollouts } = await upgrade(world, service, { timeout: 600 });

      const tookMs = Date.parse(rollouts[0]?.finished_at ?? '') - Date.parse(rollouts[0]?.started_at ?? '');
      expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.crashing' } }]);
      expect(tookMs).toBeLessThan(120_000);
      expect(world.course(service)).toEqual(UNDONE);
    });

    it('with a fresh container where a missing image has made Rancher give up the old one', async () => {
      world.rancher.faults.add({ kind: 'image-missing', image: 'acme/missing:2.0.0' });
      const service = world.add('missing');
      const before = service.instances.map(({ uuid }) => uuid);

      const { rollouts } = await upgrade(world, service, { timeout: 8 });

      expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.timeout' } }]);
      expect(rollouts[0]?.reason?.message).toContain('failed to pull');
      expect(runningIn(service)).toEqual(['acme/missing:1.0.0']);
      expect(service.instances.map(({ uuid }) => uuid)).not.toEqual(before);
    });

    it('also where its old image has a tag that moves, if the old container is still there', async () => {
      const service = ailing(world, 'branch', {
        image: 'acme/branch:main',
        labels: { 'autoupdate.policy': 'force' },
      });
      const before = service.instances.map(({ uuid }) => uuid);

      const { rollouts } = await upgrade(world, service);

      expect(rollouts).toMatchObject([{ status: 'rolled_back' }]);
      expect(service.instances.map(({ uuid }) => uuid)).toEqual(before);
    });

    it('without a confirmation asked for as well', async () => {
      const service = ailing(world, 'unconfirmed');

      const { status, rollouts } = await upgrade(world, service, { confirm: false });

      expect(status).toBe('failed');
      expect(rollouts).toMatchObject([{ status: 'rolled_back' }]);
    });
  });

  it.each<[string, Partial<ServiceDescription>, Readonly<Record<string, unknown>>]>([
    ['several containers', { scale: 3 }, {}],
    ['several containers, the new ones first', { scale: 2 }, { start_first: true }],
    [
      'sidekicks, one of them made anew with it',
      {
        sidekicks: [
          { name: 'logger', image: 'acme/logger:1.0.0' },
          { name: 'proxy', image: 'acme/proxy:1.0.0', launchConfig: { networkLaunchConfig: 'of-sidekicks' } },
        ],
      },
      {},
    ],
    ['a container on each host', { labels: { 'io.rancher.scheduler.global': 'true' } }, {}],
    ['a load balancer', { type: 'loadBalancerService' }, {}],
  ])('goes back whatever it consists of: %s', async (words, description, body) => {
    const name = words.startsWith('sidekicks') ? 'of-sidekicks' : words.replaceAll(/\W+/g, '-');
    const service = ailing(world, name, description);
    const before = service.instances.map(({ part }) => part).toSorted();

    const { rollouts } = await upgrade(world, service, body);

    expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.timeout' } }]);
    expect(service.image).toBe(`docker:acme/${name}:1.0.0`);
    expect(service.instances.map(({ part }) => part).toSorted()).toEqual(before);
    expect(new Set(runningIn(service))).toEqual(new Set([`acme/${name}:1.0.0`]));
    expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('goes back also where Rancher cannot be seen for a while meanwhile', async () => {
    const service = ailing(world, 'unseen');
    const away = new Promise<FaultHandle>((resolve) => {
      world.rancher.changes.subscribe((change) => {
        if (change.kind !== 'service' || change.service !== service || change.to !== 'rolling-back') return;
        resolve(world.rancher.faults.add({ kind: 'unauthorized', service: 'unseen' }));
      });
    });
    const id = await world.begin({ docker_image: 'acme/unseen:2.0.0', timeout: 10, on_failure: 'rollback' });

    const unseen = await away;
    await world.until('it was looked at in vain', () => unseen.hits >= 2);
    unseen.remove();
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.timeout' },
    });
    expect(world.course(service)).toEqual(UNDONE);
  });

  it('is not rolled back before its deadline because containers cannot be made: that heals', async () => {
    const fault = world.rancher.faults.add({ kind: 'image-missing', image: 'acme/healing:2.0.0' });
    const service = world.add('healing');
    const id = await world.begin({
      docker_image: 'acme/healing:2.0.0',
      timeout: 600,
      on_failure: 'rollback',
    });
    await world.until('it has failed four times', () => fault.hits >= 4);

    fault.remove();

    expect(await world.settled(id)).toMatchObject({ status: 'succeeded', message: '1 of 1 service done' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });

  it('is not rolled back for sure where a tag that moves had to be pulled again', async () => {
    world.rancher.faults.add({ kind: 'image-missing', image: 'acme/moved:latest' });
    const service = world.add('moved', {
      image: 'acme/moved:main',
      labels: { 'autoupdate.policy': 'force' },
    });

    const { status, rollouts } = await upgrade(world, service, {
      docker_image: 'acme/moved:latest',
      timeout: 8,
    });

    expect(status).toBe('failed');
    expect(rollouts).toMatchObject([
      { status: 'rollback_failed', reason: { code: 'rollout.not_rolled_back' } },
    ]);
    expect(rollouts[0]?.reason?.message).toContain('runs whatever its tag names now');
    expect(runningIn(service)).toEqual(['acme/moved:main']);
  });

  it.each(['upgrade-null', 'previous-is-other'] as const)(
    'is not taken for rolled back where two upgrades at once have made Rancher forget what was there (%s)',
    async (variant) => {
      const service = ailing(world, `raced-${variant}`);
      world.rancher.faults.add({
        kind: 'race',
        service: service.name,
        image: `acme/${service.name}:9.9.9`,
        winner: 'ours',
        variant,
      });

      const { rollouts } = await upgrade(world, service);

      const isKept = variant === 'upgrade-null';
      expect(rollouts).toMatchObject([
        {
          status: isKept ? 'rollback_failed' : 'failed',
          reason: { code: isKept ? 'rollout.not_rolled_back' : 'rollout.overtaken' },
        },
      ]);
      expect(rollouts[0]?.reason?.message).toContain(
        isKept ? 'Rancher took the rollback and kept the new version' : `acme/${service.name}:9.9.9`,
      );
      expect(world.actions(service, 'rollback')).toHaveLength(1);
      expect(service.image).not.toContain('1.0.0');
    },
  );
});

describe('what a failure means is said', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      variables: {
        AUTOUPDATE_ON_FAILURE: 'rollback',
        AUTOUPDATE_MAX_PARALLEL: '100',
        AUTOUPDATE_TIMEOUT: '',
      },
    });
  });

  afterAll(() => world.close());

  it.each([
    ['the request', 'request-leave', { on_failure: 'leave' }, 'rollback', 'leave'],
    ['the request', 'request-rollback', { on_failure: 'rollback' }, 'leave', 'rollback'],
    ['the label', 'label-leave', {}, 'leave', 'leave'],
    ['the label', 'label-rollback', {}, ' Rollback ', 'rollback'],
    ['the variable', 'variable', {}, null, 'rollback'],
  ] as const)('by %s (%s)', async (_, name, body, label, expected) => {
    const service = ailing(world, name, { labels: label ? { 'autoupdate.on_failure': label } : {} });

    const { rollouts } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 10, ...body });

    expect(rollouts).toMatchObject([
      { on_failure: expected, status: expected === 'rollback' ? 'rolled_back' : 'failed' },
    ]);
    expect(world.actions(service, 'rollback')).toHaveLength(expected === 'rollback' ? 1 : 0);
  });

  it('and gives a service 600 s to prove itself where nothing says how long it has', async () => {
    world.add('patient');

    const patient = await world.upgrade({ docker_image: 'acme/patient:2.0.0' });
    const hasty = await world.upgrade({ docker_image: 'acme/patient:2.1.0', on_failure: 'leave' });

    expect(patient.rollouts).toMatchObject([{ timeout: 600 }]);
    expect(hasty.rollouts).toMatchObject([{ timeout: 30 }]);
  });

  it('and keeps a service with a label that cannot be read as it is', async () => {
    const service = world.add('odd', { labels: { 'autoupdate.on_failure': 'undo' } });

    const { status, skipped } = await world.upgrade({ docker_image: 'acme/odd:2.0.0' });

    expect(status).toBe('failed');
    expect(skipped).toMatchObject([{ reason: { code: 'label.invalid' } }]);
    expect(asked(world, service)).toEqual([]);
  });
});
