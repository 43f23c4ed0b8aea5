import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import { TurnedWorld } from './harness/turned-world.js';
import { LISTING_SERVES_MS } from './harness/world.js';

/** The service acts within so many milliseconds of an event. */
const AT_ONCE_MS = 50;

let turned: TurnedWorld;

beforeEach(async () => {
  turned = await TurnedWorld.start();
});

afterEach(() => turned.close());

function askedAtMs(service: Service, action: string): number {
  return turned.world.actions(service, action)[0]?.at ?? Number.NaN;
}

/** How often whole environments were listed since the journal was emptied. */
function listings(): number {
  return turned.asked.filter((asked) => asked.endsWith('/services')).length;
}

describe('an upgrade', () => {
  it.each([0, 350, 700])(
    'is finished on the event, not on a poll; begun %d ms after a second',
    async (ms) => {
      const web = turned.add('web');
      await turned.turn(2000 + ms);

      const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

      const toldMs = turned.publishedMs(turned.cameMs(web, 'upgraded'));
      expect(upgrade.status).toBe('succeeded');
      expect(askedAtMs(web, 'finishupgrade') - toldMs).toBeGreaterThanOrEqual(0);
      expect(askedAtMs(web, 'finishupgrade') - toldMs).toBeLessThanOrEqual(AT_ONCE_MS);
    },
  );

  it('is finished on the event that its containers have become healthy', async () => {
    const web = turned.add('web', { healthCheck: true });
    await turned.turn(2000);
    turned.rancher.changes.subscribe((change) => {
      if (change.kind !== 'service' || change.to !== 'upgraded') return;
      for (const instance of web.instances) instance.health = 'unhealthy';
    });
    const id = await turned.world.begin({ docker_image: 'acme/web:2.0.0', timeout: 600 });
    await turned.until('it is upgraded', () => web.state === 'upgraded');
    await turned.turn(4300);
    const before = turned.world.actions(web, 'finishupgrade').length;

    const healthyMs = turned.nowMs;
    for (const instance of web.instances) {
      instance.health = 'healthy';
      turned.rancher.changes.emit({ kind: 'instance', service: web, instance });
    }
    const upgrade = await turned.settled(id);

    const toldMs = turned.publishedMs(healthyMs + 1);
    expect([before, upgrade.status]).toEqual([0, 'succeeded']);
    expect(askedAtMs(web, 'finishupgrade') - toldMs).toBeGreaterThanOrEqual(0);
    expect(askedAtMs(web, 'finishupgrade') - toldMs).toBeLessThanOrEqual(2 * AT_ONCE_MS);
  });

  it('is finished within two seconds by a poll where no events come', async () => {
    turned.rancher.faults.add({ kind: 'socket-refuse' });
    turned.rancher.faults.add({ kind: 'socket-drop' });
    const web = turned.add('web');
    await turned.turn(LISTING_SERVES_MS + 1);

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

    const waitedMs = askedAtMs(web, 'finishupgrade') - turned.cameMs(web, 'upgraded');
    expect(upgrade.status).toBe('succeeded');
    expect(waitedMs).toBeLessThanOrEqual(2000 + AT_ONCE_MS);
  });

  it('goes on by polls when its socket is killed in the middle, and on events when that is back', async () => {
    const web = turned.add('web', { healthCheck: true });
    const slow = turned.rancher.faults.add({ kind: 'never-healthy', image: 'acme/web:2.0.0' });
    await turned.turn(2000);
    const id = await turned.world.begin({ docker_image: 'acme/web:2.0.0', timeout: 600 });
    await turned.turn(5000);

    const refused = turned.rancher.faults.add({ kind: 'socket-refuse', status: 503 });
    turned.rancher.faults.add({ kind: 'socket-drop' });
    turned.rancher.journal.clear();
    await turned.turn(20_000);
    const polls = turned.askedOf(web).filter((asked) => asked === 'GET').length;
    refused.remove();
    await turned.untilFresh('1a5', '1a6');
    await turned.turn(2000);
    turned.rancher.journal.clear();
    await turned.turn(20_000);
    const livePolls = turned.askedOf(web).filter((asked) => asked === 'GET').length;
    slow.remove();
    const upgrade = await turned.settled(id);

    const toldMs = turned.publishedMs(turned.cameMs(web, 'upgraded'));
    expect(polls).toBeGreaterThanOrEqual(9);
    expect(livePolls).toBeLessThanOrEqual(3);
    expect(upgrade.status).toBe('succeeded');
    expect(askedAtMs(web, 'finishupgrade') - toldMs).toBeLessThanOrEqual(AT_ONCE_MS);
  });
});

describe('what was left over from before', () => {
  it('is finished, and the upgrade that waits for that begins when it is heard', async () => {
    const web = turned.add('web', { state: 'upgraded', upgrade: { previousImage: 'acme/web:0.9.0' } });
    await turned.turn(2000);

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0', leftover: 'finish' });

    const free = turned.rancher.journal.changes.find(
      ({ service, to }) => service === web.ref && to === 'active',
    );
    const toldMs = turned.publishedMs(free?.at ?? Number.NaN);
    expect(upgrade.status).toBe('succeeded');
    expect(askedAtMs(web, 'upgrade') - toldMs).toBeGreaterThanOrEqual(0);
    expect(askedAtMs(web, 'upgrade') - toldMs).toBeLessThanOrEqual(AT_ONCE_MS);
  });
});

describe('what somebody does to a service that awaits confirmation', () => {
  it('is noticed when it is heard', async () => {
    const web = turned.add('web');
    await turned.turn(2000);
    const id = await turned.world.begin({ docker_image: 'acme/web:2.0.0', confirm: false });
    await turned.settled(id);
    await turned.turn(3000);

    turned.rancher.as('alice').rollback(web);
    await turned.until('it is back', () => web.state === 'active');
    await turned.turn(1500);

    expect(await turned.settled(id)).toMatchObject({
      status: 'failed',
      rollouts: [{ reason: { code: 'rollout.rolled_back_elsewhere' } }],
    });
  });
});

describe('a push', () => {
  it('finds a service that was made 5 s before, while its event was lost to a reconnect', async () => {
    await turned.pass(40_000);
    turned.rancher.faults.add({ kind: 'socket-drop' });
    turned.add('new');
    await turned.turn(5000);

    const upgrade = await turned.upgrade({ docker_image: 'acme/new:2.0.0' });

    expect(upgrade).toMatchObject({ status: 'succeeded', rollouts: [{ service: { name: 'new' } }] });
  });

  it('finds one that was made while nothing was heard, without waiting for events', async () => {
    turned.rancher.faults.add({ kind: 'socket-freeze' });
    await turned.turn(6000);
    turned.add('new');

    const upgrade = await turned.upgrade({ docker_image: 'acme/new:2.0.0' });

    expect(upgrade).toMatchObject({ status: 'succeeded', rollouts: [{ service: { name: 'new' } }] });
  });

  it('in a gap has each environment listed once, and four at once no more than twice', async () => {
    await turned.pass(40_000);
    turned.rancher.faults.add({ kind: 'socket-drop' });
    await turned.turn(50);
    turned.rancher.journal.clear();

    await turned.upgrade({ docker_image: 'acme/nothing:2.0.0' });
    const forOne = listings();
    const pushes = Array.from({ length: 4 }, (_, index) => `acme/nothing-${index}:2.0.0`);
    const ids = await Promise.all(pushes.map((image) => turned.world.begin({ docker_image: image })));
    for (const id of ids) await turned.settled(id);

    expect(forOne).toBe(2);
    expect(listings() - forOne).toBeLessThanOrEqual(4);
  });

  it('right after a gap waits for the listing that ends it, with all the others', async () => {
    await turned.pass(40_000);
    const slow = turned.rancher.faults.add({ kind: 'latency', ms: 3000, path: '/services' });
    turned.rancher.faults.add({ kind: 'socket-drop' });
    turned.rancher.journal.clear();
    await turned.until('it has begun to list', () => listings() === 2);

    const pushes = Array.from({ length: 4 }, (_, index) => `acme/nothing-${index}:2.0.0`);
    const ids = await Promise.all(pushes.map((image) => turned.world.begin({ docker_image: image })));
    for (const id of ids) await turned.settled(id);
    slow.remove();

    expect(listings()).toBe(2);
  });

  it('needs no listing any more when events come again', async () => {
    await turned.pass(40_000);
    turned.rancher.faults.add({ kind: 'socket-drop' });
    await turned.turn(50);
    await turned.untilFresh('1a5', '1a6');
    turned.rancher.journal.clear();

    await turned.upgrade({ docker_image: 'acme/nothing:2.0.0' });

    expect(turned.asked).toEqual([]);
  });
});

describe('a proxy that does not speak websocket', () => {
  it.each([
    [200, 3],
    [400, 3],
    [404, 11],
    [426, 3],
  ])('(%d) is told once, tried rarely, and polled around', async (status, most) => {
    turned.rancher.faults.add({ kind: 'socket-refuse', status });
    turned.rancher.faults.add({ kind: 'socket-drop' });
    const web = turned.add('web');
    await turned.pass(60_000);
    turned.rancher.journal.clear();

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });
    await turned.pass(600_000);

    const said = turned.world.log.filter(({ message }) => String(message).includes('not to speak websocket'));
    const tries = turned.rancher.journal.requests.filter(({ path }) => path.endsWith('/1a5/subscribe'));
    expect(upgrade.status).toBe('succeeded');
    expect(turned.world.course(web).at(-1)).toBe('active');
    expect(said).toHaveLength(2);
    expect(new Set(said.map(({ environment }) => environment))).toEqual(new Set(['production', 'staging']));
    expect(tries.length).toBeLessThanOrEqual(most);
  });
});
