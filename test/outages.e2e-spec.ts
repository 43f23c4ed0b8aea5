import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import { Receiver } from './fakes/receiver.js';
import { TurnedWorld } from './harness/turned-world.js';
import { LISTING_SERVES_MS, World } from './harness/world.js';

const KEY = { access: 'admin', secret: 'admin-secret', kind: 'admin' } as const;

/** Nothing of what is turned depends on a moment. */
const STEP_MS = 500;

/** What was asked side by side with what was refused. */
const IN_FLIGHT_MS = 1000;

describe('while Rancher cannot be asked,', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ hasEvents: false });
  });

  afterEach(() => world.mend());
  afterAll(() => world.close());

  /** Waits until an upgrade says that it waits for Rancher, and why. */
  async function waitsFor(id: string, why: string): Promise<void> {
    await world.until(`it waits: ${why}`, async () => {
      const { message, status } = await world.view(id);
      return status === 'running' && message.startsWith('waiting for Rancher: ') && message.includes(why);
    });
  }

  describe('an upgrade that is asked for', () => {
    it('waits if Rancher is away when the service starts, and is carried out when it comes', async () => {
      const service = world.add('early');
      await world.stopService();
      await world.rancher.unplug();
      await world.startService();

      const id = await world.begin({ docker_image: 'acme/early:2.0.0' });
      await waitsFor(id, 'connection refused');
      await world.rancher.plug();
      const { status } = await world.settled(id);

      expect(status).toBe('succeeded');
      expect(world.accepted(service)).toEqual(['docker:acme/early:2.0.0']);
    });

    it('waits if the key is refused when the service starts, and is carried out when it is taken', async () => {
      const service = world.add('keyless');
      await world.stopService();
      world.rancher.fleet.removeKey(KEY.access);
      await world.startService();

      const id = await world.begin({ docker_image: 'acme/keyless:2.0.0' });
      await waitsFor(id, 'refuses the key');
      world.rancher.fleet.addKey(KEY);
      const { status } = await world.settled(id);

      expect(status).toBe('succeeded');
      expect(world.accepted(service)).toEqual(['docker:acme/keyless:2.0.0']);
    });

    it.each<[string, Fault, string]>([
      ['Rancher fails', { kind: 'server-error', status: 503 }, 'answers 503'],
      ["a proxy's error page", { kind: 'proxy-page' }, 'a proxy before it answers 502'],
      ['a web page', { kind: 'proxy-page', status: 200 }, 'a web page'],
      ['the connection is reset', { kind: 'reset' }, 'connection reset'],
      ['too many requests', { kind: 'too-many', retryAfter: '20' }, 'answers 429'],
    ])('waits while this is in the way: %s', async (words, fault, why) => {
      const name = words.replaceAll(/\W+/g, '-').toLowerCase();
      const service = world.add(name);
      const handle = world.rancher.faults.add({ ...fault, path: /\/services$/ });

      const id = await world.begin({ docker_image: `acme/${name}:2.0.0` });
      await waitsFor(id, why);
      handle.remove();
      const { status } = await world.settled(id);

      expect(status).toBe('succeeded');
      expect(world.accepted(service)).toEqual([`docker:acme/${name}:2.0.0`]);
    });

    it('follows no redirect, but says where it leads', async () => {
      const elsewhere = new Receiver();
      const location = `${await elsewhere.start()}/login`;
      world.add('redirected');
      const handle = world.rancher.faults.add({ kind: 'redirect', location });

      const id = await world.begin({ docker_image: 'acme/redirected:2.0.0' });
      await waitsFor(id, location);
      handle.remove();
      const { status } = await world.settled(id);
      await elsewhere.stop();

      expect(status).toBe('succeeded');
      expect(elsewhere.received).toEqual([]);
    });
  });

  describe('in one environment alone, an upgrade', () => {
    it('is carried out there too when it can be asked again, and nowhere twice', async () => {
      const [here, there] = [world.add('twofold'), world.add('twofold', {}, 'staging')];
      const fault = world.rancher.faults.add({ kind: 'server-error', environment: 'staging' });

      const id = await world.begin({ docker_image: 'acme/twofold:2.0.0' });
      await world.until('it is upgraded here', () => world.course(here).at(-1) === 'active');
      fault.remove();
      const { status, unread_environments: unread } = await world.settled(id);

      expect([status, unread]).toEqual(['succeeded', []]);
      expect(world.accepted(here)).toEqual(['docker:acme/twofold:2.0.0']);
      expect(world.accepted(there)).toEqual(['docker:acme/twofold:2.0.0']);
    });
  });

  describe('a rollout that is under way', () => {
    it('goes on when its key, refused for a while, is taken again', async () => {
      const ailment = world.rancher.faults.add({ kind: 'never-healthy', service: 'locked-out' });
      const service = world.add('locked-out', { healthCheck: true });
      const id = await world.begin({ docker_image: 'acme/locked-out:2.0.0' });
      await world.untilState(service, 'upgrading');

      world.rancher.fleet.removeKey(KEY.access);
      ailment.remove();
      await world.untilState(service, 'upgraded');
      await world.until('the rollout says so', async () => {
        const [rollout] = (await world.view(id)).rollouts;
        return rollout?.status === 'upgrading' && rollout.reason?.code === 'rancher.unauthorized';
      });
      world.rancher.fleet.addKey(KEY);
      const { rollouts } = await world.settled(id);

      expect(rollouts).toMatchObject([{ status: 'finished', reason: null }]);
      expect(world.accepted(service)).toEqual(['docker:acme/locked-out:2.0.0']);
    });
  });

  it('a rollout that awaits confirmation goes on to wait, and sees afterwards what became of it', async () => {
    const service = world.add('unhurried');
    const id = await world.begin({ docker_image: 'acme/unhurried:2.0.0', confirm: false });
    await world.settled(id);

    await world.rancher.unplug();
    await world.until('it was looked for in vain', async () => {
      const [rollout] = (await world.view(id)).rollouts;
      return rollout?.reason?.code === 'rancher.unreachable';
    });
    const meanwhile = await world.view(id);
    world.rancher.as('alice').finishupgrade(service);
    await world.rancher.plug();
    await world.until('it is over', async () => (await world.view(id)).finished_at !== null);

    expect(meanwhile.status).toBe('awaiting_confirmation');
    expect(await world.view(id)).toMatchObject({
      status: 'succeeded',
      rollouts: [{ status: 'finished', reason: { code: 'rollout.finished_elsewhere' } }],
    });
  });
});

describe('while Rancher cannot be asked, time goes by:', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    const variables = { AUTOUPDATE_PATIENCE_MINUTES: '1' };
    turned = await TurnedWorld.start({ variables, hasEvents: false }, [], STEP_MS);
  });

  afterEach(() => turned.world.mend());
  afterAll(() => turned.close());

  /** Adds a service that is listed when a push tells of it. */
  async function add(name: string, environment = 'production'): Promise<Service> {
    const service = turned.add(name, {}, environment);
    await turned.turn(LISTING_SERVES_MS + STEP_MS);
    return service;
  }

  it('an upgrade has failed when patience has run out, and says why', async () => {
    const service = await add('hopeless');
    const fault = turned.rancher.faults.add({ kind: 'server-error', path: /\/projects$/ });
    await turned.until('it has asked for the environments', () => fault.hits > 0);

    const upgrade = await turned.upgrade({ docker_image: 'acme/hopeless:2.0.0' });

    expect(upgrade).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('answers 500'),
      rollouts: [],
    });
    expect(upgrade.finished_at).not.toBeNull();
    expect(turned.world.requests(service)).toEqual([]);
  });

  it('an upgrade is carried out in the other environments, and has partly failed when patience has run out', async () => {
    const [here, there] = [turned.add('everywhere'), await add('everywhere', 'staging')];
    turned.rancher.faults.add({ kind: 'forbidden', environment: 'staging' });

    const id = await turned.world.begin({ docker_image: 'acme/everywhere:2.0.0' });
    await turned.until('it is upgraded', () => here.image === 'docker:acme/everywhere:2.0.0');
    await turned.until('it waits', async () => {
      const { message, status } = await turned.view(id);
      return status === 'running' && /^waiting for Rancher: .*403/.test(message);
    });
    const upgrade = await turned.settled(id);

    expect(upgrade).toMatchObject({
      status: 'partly_failed',
      rollouts: [{ environment: { name: 'production' }, status: 'finished' }],
      unread_environments: [{ environment: { name: 'staging' }, reason: { code: 'rancher.forbidden' } }],
    });
    expect(turned.world.accepted(here)).toEqual(['docker:acme/everywhere:2.0.0']);
    expect(turned.world.requests(there)).toEqual([]);
  });

  it('a rollout does not lose the time in which Rancher is away', async () => {
    const pull = turned.rancher.faults.add({ kind: 'slow-pull', service: 'patient', ms: 40_000 });
    const service = await add('patient');
    const id = await turned.world.begin({ docker_image: 'acme/patient:2.0.0', timeout: 25 });
    await turned.until('it is upgrading', () => service.state === 'upgrading');

    await turned.rancher.unplug();
    await turned.until('it is upgraded', () => service.state === 'upgraded');
    await turned.rancher.plug();
    pull.remove();
    const { rollouts } = await turned.settled(id);

    expect(rollouts).toMatchObject([{ status: 'finished', reason: null, timeout: 25 }]);
    expect(turned.world.accepted(service)).toEqual(['docker:acme/patient:2.0.0']);
  });

  it('a rollout has failed when the patience, and then its own time, has run out', async () => {
    turned.rancher.faults.add({ kind: 'slow-pull', service: 'forsaken', ms: 10_000 });
    const service = await add('forsaken');
    const id = await turned.world.begin({ docker_image: 'acme/forsaken:2.0.0', timeout: 20 });
    await turned.until('it is upgrading', () => service.state === 'upgrading');

    await turned.rancher.unplug();
    await turned.turn(60_000);
    const { rollouts } = await turned.settled(id);
    await turned.rancher.plug();

    const [rollout] = rollouts;
    expect(rollout).toMatchObject({ status: 'failed', reason: { code: 'rancher.unreachable' } });
    expect(rollout?.reason?.message).toMatch(/connection refused; this has been so since /);
    expect(Date.parse(rollout?.finished_at ?? '') - Date.parse(rollout?.started_at ?? '')).toBeGreaterThan(
      75_000,
    );
    expect(turned.world.actions(service, 'upgrade')).toHaveLength(1);
  });

  it.each([
    ['a list', { path: /\/services$/ }],
    ['a look', { method: 'GET', path: /\/services\/1s\d+$/ }],
    ['the request to upgrade', { action: 'upgrade' }],
    ['the request to finish', { action: 'finishupgrade' }],
  ])('nothing is asked for as long as a reply to %s says', async (words, limit) => {
    const name = words.replaceAll(' ', '-');
    const service = await add(name);
    turned.rancher.faults.add({ kind: 'too-many', retryAfter: '30', times: 1, ...limit });

    const { status } = await turned.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 60 });

    const { requests } = turned.rancher.journal;
    const refusedAt = requests.findLast(({ faults }) => faults.includes('too-many'))?.at ?? 0;
    const others = requests.map(({ at }) => at - refusedAt).filter((ms) => ms > IN_FLIGHT_MS);
    expect(status).toBe('succeeded');
    expect(Math.min(...others)).toBeGreaterThanOrEqual(29_000);
    expect(turned.world.accepted(service)).toEqual([`docker:acme/${name}:2.0.0`]);
  });
});

describe('a list that does not end', () => {
  it('is given up after a minute, and asked for again', async () => {
    const turned = await TurnedWorld.start({ hasEvents: false }, [], STEP_MS);
    const service = turned.add('endless');
    await turned.turn(LISTING_SERVES_MS + STEP_MS);
    const fault = turned.rancher.faults.add({ kind: 'trickle', path: /\/services$/, everyMs: 30_000 });

    const id = await turned.world.begin({ docker_image: 'acme/endless:2.0.0' });
    await turned.until('it waits', async () =>
      (await turned.view(id)).message.includes('no whole reply within 60 s'),
    );
    fault.remove();
    const { status } = await turned.settled(id);
    await turned.close();

    expect(status).toBe('succeeded');
    expect(turned.world.accepted(service)).toEqual(['docker:acme/endless:2.0.0']);
  });
});
