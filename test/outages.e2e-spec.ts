import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import { Receiver } from './fakes/receiver.js';
import { World } from './harness/world.js';

const KEY = { access: 'admin', secret: 'admin-secret', kind: 'admin' } as const;

/** What was asked side by side with what was refused. */
const IN_FLIGHT_MS = 1000;

describe('while Rancher cannot be asked,', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      speed: 40,
      variables: { AUTOUPDATE_PATIENCE_MINUTES: '1' },
      hasEvents: false,
    });
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

    it('has failed when patience has run out, and says why', async () => {
      const service = world.add('hopeless');
      const fault = world.rancher.faults.add({ kind: 'server-error', path: '/projects' });
      await world.until('it has asked for the environments', () => fault.hits > 0);

      const upgrade = await world.upgrade({ docker_image: 'acme/hopeless:2.0.0' });

      expect(upgrade).toMatchObject({
        status: 'failed',
        message: expect.stringContaining('answers 500'),
        rollouts: [],
      });
      expect(upgrade.finished_at).not.toBeNull();
      expect(world.requests(service)).toEqual([]);
    });
  });

  describe('in one environment alone, an upgrade', () => {
    it('is carried out in the others, and has partly failed when patience has run out', async () => {
      const [here, there] = [world.add('everywhere'), world.add('everywhere', {}, 'staging')];
      world.rancher.faults.add({ kind: 'forbidden', environment: 'staging' });

      const id = await world.begin({ docker_image: 'acme/everywhere:2.0.0' });
      await world.untilState(here, 'active');
      await world.until('it is upgraded', () => here.image === 'docker:acme/everywhere:2.0.0');
      await waitsFor(id, '403');
      const upgrade = await world.settled(id);

      expect(upgrade).toMatchObject({
        status: 'partly_failed',
        rollouts: [{ environment: { name: 'production' }, status: 'finished' }],
        unread_environments: [{ environment: { name: 'staging' }, reason: { code: 'rancher.forbidden' } }],
      });
      expect(world.accepted(here)).toEqual(['docker:acme/everywhere:2.0.0']);
      expect(world.requests(there)).toEqual([]);
    });

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
    it('does not lose the time in which Rancher is away', async () => {
      const pull = world.rancher.faults.add({ kind: 'slow-pull', service: 'patient', ms: 40_000 });
      const service = world.add('patient');
      const id = await world.begin({ docker_image: 'acme/patient:2.0.0', timeout: 25 });
      await world.untilState(service, 'upgrading');

      await world.rancher.unplug();
      await world.untilState(service, 'upgraded');
      await world.rancher.plug();
      pull.remove();
      const { rollouts } = await world.settled(id);

      expect(rollouts).toMatchObject([{ status: 'finished', reason: null, timeout: 25 }]);
      expect(world.accepted(service)).toEqual(['docker:acme/patient:2.0.0']);
    });

    it('goes on when its key, refused for a while, is taken again', async () => {
      world.rancher.faults.add({ kind: 'slow-pull', service: 'locked-out', ms: 10_000 });
      const service = world.add('locked-out');
      const id = await world.begin({ docker_image: 'acme/locked-out:2.0.0', timeout: 60 });
      await world.untilState(service, 'upgrading');

      world.rancher.fleet.removeKey(KEY.access);
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

    it('has failed when the patience, and then its own time, has run out', async () => {
      world.rancher.faults.add({ kind: 'slow-pull', service: 'forsaken', ms: 10_000 });
      const service = world.add('forsaken');
      const id = await world.begin({ docker_image: 'acme/forsaken:2.0.0', timeout: 20 });
      await world.untilState(service, 'upgrading');

      await world.rancher.unplug();
      const { rollouts } = await world.settled(id);
      await world.rancher.plug();

      const [rollout] = rollouts;
      expect(rollout).toMatchObject({ status: 'failed', reason: { code: 'rancher.unreachable' } });
      expect(rollout?.reason?.message).toMatch(/connection refused; this has been so since /);
      expect(Date.parse(rollout?.finished_at ?? '') - Date.parse(rollout?.started_at ?? '')).toBeGreaterThan(
        75_000,
      );
      expect(world.actions(service, 'upgrade')).toHaveLength(1);
    });
  });

  it.each([
    ['a list', { path: /\/services$/ }],
    ['a look', { method: 'GET', path: /\/services\/1s\d+$/ }],
    ['the request to upgrade', { action: 'upgrade' }],
    ['the request to finish', { action: 'finishupgrade' }],
  ])('nothing is asked for as long as a reply to %s says', async (words, limit) => {
    const name = words.replaceAll(' ', '-');
    const service = world.add(name);
    world.rancher.faults.add({ kind: 'too-many', retryAfter: '30', times: 1, ...limit });

    const { status } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, timeout: 60 });

    const { requests } = world.rancher.journal;
    const refusedAt = requests.findLast(({ faults }) => faults.includes('too-many'))?.at ?? 0;
    const others = requests.map(({ at }) => at - refusedAt).filter((ms) => ms > IN_FLIGHT_MS);
    expect(status).toBe('succeeded');
    expect(Math.min(...others)).toBeGreaterThanOrEqual(29_000);
    expect(world.accepted(service)).toEqual([`docker:acme/${name}:2.0.0`]);
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

describe('a list that does not end', () => {
  it('is given up after a minute, and asked for again', async () => {
    const world = await World.start({ speed: 200 });
    const service = world.add('endless');
    const fault = world.rancher.faults.add({ kind: 'trickle', path: /\/services$/, everyMs: 30_000 });

    const id = await world.begin({ docker_image: 'acme/endless:2.0.0' });
    await world.until('it waits', async () =>
      (await world.view(id)).message.includes('no whole reply within 60 s'),
    );
    fault.remove();
    const { status } = await world.settled(id);
    await world.close();

    expect(status).toBe('succeeded');
    expect(world.accepted(service)).toEqual(['docker:acme/endless:2.0.0']);
  });
});
