import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import { ask } from './fakes/ask.js';
import { Outgoing } from './fakes/outgoing.js';
import { Receiver } from './fakes/receiver.js';
import { World } from './harness/world.js';

/** Slow enough for Rancher to answer in its ten seconds on a slow machine. */
const SPEED = 5;

const HOSTS = ['host', 'x-forwarded-host', 'x-host', 'x-forwarded-server'];
const URLS =
  `x-forwarded-prefix x-forwarded-uri x-original-url x-rewrite-url x-original-host location content-location
  referer x-callback-url callback-url webhook-url link x-wap-profile ping-to ping-from proxy x-proxy-url from
  x-request-id idempotency-key last-event-id x-forwarded-user user-agent`.split(/\s+/);
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-proto'];
const FIELDS =
  'url callback callback_url webhook registry registry_url slack notify proxy source uri href'.split(' ');
const LABELS = `autoupdate.policy autoupdate.notify autoupdate.on_failure autoupdate.timeout autoupdate.bake
  autoupdate.prerelease autoupdate.url org.opencontainers.image.source io.rancher.container.pull_image`.split(
  /\s+/,
);

/** A trap listens on the loopback. Whatever can be said to the service names it, and nobody but this test ever calls it. */
describe('the service calls nobody but Rancher and the channels of its settings,', () => {
  const trap = new Receiver();
  const slack = new Receiver();
  let world: World;
  let outgoing: Outgoing;
  let url: string;
  let host: string;

  beforeAll(async () => {
    url = `${await trap.start()}/trap`;
    ({ host } = new URL(url));
    world = await World.start({
      speed: SPEED,
      variables: { AUTOUPDATE_SLACK_WEBHOOK_URL: await slack.start() },
    });
    outgoing = Outgoing.watch();
  });

  afterAll(async () => {
    outgoing.stop();
    await world.close();
    await Promise.all([slack.stop(), trap.stop()]);
  });

  function redirected(service: Service): number {
    return world.requests(service).filter(({ status }) => status === 302).length;
  }

  /** Where connections went, without those of the test to the service. */
  function called(): readonly string[] {
    return outgoing.peers.filter((peer) => peer !== new URL(world.url).host);
  }

  function allowed(): readonly string[] {
    return [new URL(world.rancher.url).host, slackHost()];
  }

  function slackHost(): string {
    return new URL(world.variables['AUTOUPDATE_SLACK_WEBHOOK_URL'] ?? '').host;
  }

  it('whatever headers say', async () => {
    const headers = Object.fromEntries([
      ...HOSTS.map((name) => [name, host]),
      ...URLS.map((name) => [name, url]),
      ...FORWARDED.map((name) => [name, `for=${url};host=${host};proto=http`]),
    ]) as Record<string, string>;
    const body = '{"docker_image":"acme/web:2.0.0"}';
    const answers = await Promise.all([
      ask(`${world.url}/upgrade`, { method: 'POST', headers, body }),
      ask(`${world.url}/notifications/test`, { method: 'POST', headers }),
      ...['/upgrades', '/health/ready', '/ping', '/holds'].map((path) =>
        ask(`${world.url}${path}`, { headers }),
      ),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([expect.any(Number), 200, 200, 200, 200, 200]);
    expect(answers.map((answer) => answer.headers['location'] ?? '').join('')).not.toContain(host);
    expect(trap.received).toEqual([]);
  });

  it.each(['GET', 'POST', 'CONNECT'])('whatever address a %s is for', async (method) => {
    const { hostname, port } = new URL(world.url);
    const target = method === 'CONNECT' ? host : url;
    const socket = connect(Number(port), hostname);
    socket.end(`${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);

    const answer = await text(socket);

    expect(answer).not.toMatch(/^HTTP\/1.1 2/);
    expect(trap.received).toEqual([]);
  });

  it('whatever a body has besides, which is refused', async () => {
    const bodies = FIELDS.map((field) => ({ docker_image: 'acme/web:2.0.0', [field]: url }));
    const statuses = [];
    for (const body of bodies) statuses.push((await world.post(body)).status);

    expect(statuses).toEqual(bodies.map(() => 400));
    expect(trap.received).toEqual([]);
  });

  it.each([
    ['an address', () => url],
    ['an address with a tag', () => `${url}:2.0.0`],
    ['an address behind docker:', () => `docker:${url}`],
  ])('where the image is %s, which is refused', async (_, image) => {
    expect((await world.post({ docker_image: image() })).status).toBe(400);
  });

  it('where the registry of the image is an address, which is Rancher’s business', async () => {
    const labels = { 'autoupdate.enable': url, 'org.opencontainers.image.url': url };
    const service = world.add('of-the-trap', { image: `${host}/acme/web:1.0.0`, labels });

    const { status } = await world.upgrade({ docker_image: `${host}/acme/web:2.0.0` });
    await world.until('people are told', () => slack.received.some(({ body }) => body.includes(host)));

    expect([status, world.accepted(service)]).toEqual(['succeeded', [`docker:${host}/acme/web:2.0.0`]]);
    expect(trap.received).toEqual([]);
  });

  it.each(LABELS)('whatever the label %s says', async (label) => {
    const name = label.replaceAll(/[^a-z]/g, '-');
    world.add(name, { labels: { [label]: url } });

    await world.upgrade({ docker_image: `acme/${name}:2.0.0` });

    expect(trap.received).toEqual([]);
  });

  it.each(['service', 'upgrade'] as const)('wherever Rancher redirects the %s to', async (action) => {
    const service = world.add(`led-astray-${action}`);
    const what = action === 'upgrade' ? { action } : {};
    const astray = world.rancher.faults.add({
      kind: 'redirect',
      location: url,
      service: service.name,
      ...what,
    });

    const id = await world.begin({ docker_image: `acme/${service.name}:2.0.0` });
    await world.until('it is redirected', () => redirected(service) > 0);
    astray.remove();
    await world.settled(id);

    expect(trap.received).toEqual([]);
  });

  it('which is seen: it did call these two', async () => {
    expect(called().toSorted()).toEqual(allowed().toSorted());

    await fetch(url);

    expect(called()).toContain(host);
    expect(trap.received).toHaveLength(1);
  });
});
