import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Readiness } from '../src/health/readiness.service.js';
import { answering, Receiver } from './fakes/receiver.js';
import { Exposition } from './harness/exposition.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World, type WorldOptions } from './harness/world.js';

describe('GET /metrics', () => {
  let world: World;

  afterEach(() => world.close());

  async function start(options: WorldOptions = {}): Promise<void> {
    world = await World.start(options);
  }

  async function scrape(): Promise<Exposition> {
    const { status, body } = await world.get<string>('/metrics');
    expect(status).toBe(200);
    return new Exposition(body);
  }

  /** Sends a method that `fetch` does not know, and waits for the answer. */
  async function sendRaw(method: string, path: string): Promise<string> {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${method} ${path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n`);
    return text(socket);
  }

  it('is what Prometheus reads', async () => {
    await start();

    const { headers } = await world.get('/metrics');

    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('counts what a push does, from its acceptance to what Rancher is asked', async () => {
    await start();
    world.add('web');
    world.add('shop', { image: 'acme/web:1.0.0' }, 'staging');
    world.add('old', { image: 'acme/web:1.0.0', labels: { 'autoupdate.enable': 'false' } });

    await world.upgrade({ docker_image: 'acme/web:2.0.0' });
    const seen = await scrape();

    expect(seen.value('updater_upgrades_accepted_total')).toBe(1);
    expect(seen.value('updater_upgrades_total', { outcome: 'succeeded' })).toBe(1);
    expect(seen.value('updater_upgrades_total', { outcome: 'failed' })).toBe(0);
    expect(seen.value('updater_upgrade_first_call_seconds_count')).toBe(1);
    expect(seen.value('updater_upgrade_duration_seconds_count', { outcome: 'succeeded' })).toBe(1);
    expect(seen.value('updater_rollouts_total', { outcome: 'finished' })).toBe(2);
    expect(seen.value('updater_rollout_duration_seconds_count', { outcome: 'finished' })).toBe(2);
    expect(seen.value('updater_rollout_finish_seconds_count')).toBe(2);
    expect(seen.value('updater_services_skipped_total', { reason: 'label.off' })).toBe(1);
    const service = '/projects/:id/services/:id';
    const done = { method: 'POST', status: '2xx' };
    const requests = (route: string) => seen.value('updater_rancher_requests_total', { ...done, route });
    expect(requests(`${service}?action=upgrade`)).toBe(2);
    expect(requests(`${service}?action=finishupgrade`)).toBe(2);
    const posted = { method: 'POST', route: '/upgrade', status: '202' };
    expect(seen.value('updater_http_requests_total', posted)).toBe(1);
    expect(
      seen.value('updater_store_operation_duration_seconds_count', { operation: 'write' }),
    ).toBeGreaterThan(5);
  });

  it('says why rollouts fail', async () => {
    await start();
    world.add('web');
    world.rancher.faults.add({ kind: 'image-missing', image: 'acme/web:2.0.0' });

    await world.upgrade({ docker_image: 'acme/web:2.0.0', timeout: 20 });
    const seen = await scrape();

    const failed = { outcome: 'failed' };
    expect(seen.value('updater_upgrades_total', failed)).toBe(1);
    expect(seen.value('updater_rollouts_total', failed)).toBe(1);
    expect(seen.value('updater_rollout_reasons_total', { ...failed, reason: 'rollout.timeout' })).toBe(1);
  });

  it('shows what is known of the services, and what there is to do', async () => {
    await start();
    world.add('web');
    world.add('api', {}, 'staging');
    await world.allKnown();
    world.rancher.faults.add({ kind: 'image-missing', image: 'acme/web:2.0.0' });

    const id = await world.begin({ docker_image: 'acme/web:2.0.0', timeout: 3600 });
    await world.until('it is under way, and all is heard', async () => {
      const seen = await scrape();
      const moving = seen.value('updater_rollouts_open', { activity: 'moving' });
      return moving === 1 && seen.value('updater_event_sockets_up') === 2;
    });
    const seen = await scrape();
    await world.ask('POST', `/upgrades/${id}/cancel`);

    expect(seen.value('updater_event_sockets_expected')).toBe(2);
    expect(seen.value('updater_event_silence_seconds')).toBeLessThan(60);
    expect(seen.value('updater_fleet_services')).toBe(2);
    expect(seen.value('updater_rancher_answer_age_seconds')).toBeLessThan(120);
    expect(seen.value('updater_store_up')).toBe(1);
    expect(seen.value('updater_upgrades_running_age_seconds')).toBeGreaterThan(0);
    expect(seen.value('updater_rollouts_open', { activity: 'queued' })).toBe(0);
  });

  it('has no more series than there are routes, whatever is sent', async () => {
    await start();
    const wild = [
      '/wp-login.php',
      `/upgrades/${randomUUID()}`,
      `/${randomUUID()}/x`,
      '/%7Bx%7D',
      '/upgrade/..',
    ];

    for (const path of wild) {
      for (const method of ['GET', 'DELETE', 'PUT']) await world.ask(method, path);
      for (const method of ['PROPFIND', 'MKCOL', 'QUERY', 'TRACE']) await sendRaw(method, path);
    }
    const { body } = await world.get<string>('/metrics');
    const seen = new Exposition(body);

    expect(seen.valuesOf('route', 'updater_http')).toEqual(['/upgrades/:id', 'none']);
    expect(seen.valuesOf('method', 'updater_http')).toEqual(['DELETE', 'GET', 'PUT', 'other']);
    expect(seen.valuesOf('status', 'updater_http_requests')).toEqual(['404', '405']);
  });

  it('names no image, service, environment or id', async () => {
    await start();
    const web = world.add('web-of-secrets', { image: 'acme/hidden-web:1.0.0' });

    const { id, rollouts } = await world.upgrade({ docker_image: 'acme/hidden-web:2.0.0' });
    const { body } = await world.get<string>('/metrics');

    const told = ['hidden-web', 'web-of-secrets', 'production', '1a5', web.ref, id, rollouts[0]?.id];
    expect(told.filter((word) => body.includes(String(word)))).toEqual([]);
    expect(rollouts).toHaveLength(1);
  });

  it('answers while Rancher is away, and shows it', async () => {
    await start();
    await world.until('all is known', async () => (await scrape()).value('updater_event_sockets_up') === 2);

    await world.rancher.unplug();
    await world.until('it is missed', async () => {
      const seen = await scrape();
      const lost = seen.all('updater_rancher_requests_total', { route: '/projects', status: 'none' });
      const ages = ['updater_rancher_answer_age_seconds', 'updater_event_silence_seconds'];
      return lost.length > 0 && ages.every((age) => seen.value(age) > 60);
    });
    const seen = await scrape();

    expect(seen.value('updater_event_sockets_up')).toBe(0);
    expect(seen.value('updater_event_sockets_expected')).toBe(2);
  });

  it('answers where the store cannot be used, and leaves out what that would know', async () => {
    await start({ variables: { AUTOUPDATE_DATA_DIR: '/dev/null/data' } });

    const seen = await scrape();

    expect(seen.value('updater_store_up')).toBe(0);
    expect(seen.all('updater_rollouts_open')).toEqual([]);
    expect(seen.all('updater_upgrades_unplanned')).toEqual([]);
    expect(seen.value('updater_store_failures_total', { operation: 'read' })).toBeGreaterThan(0);
  });

  it('counts who is refused, and whose name is not believed', async () => {
    await start({
      variables: {
        AUTOUPDATE_IDENTITY_HEADER: 'X-Forwarded-User',
        AUTOUPDATE_TRUSTED_PROXIES: '10.9.8.7',
        AUTOUPDATE_REQUIRE_IDENTITY: 'true',
      },
    });

    await world.get('/upgrades', { 'x-forwarded-user': 'eve' });
    await world.get('/upgrades');
    const seen = await scrape();

    expect(seen.value('updater_http_identities_dropped_total')).toBe(1);
    expect(seen.value('updater_http_unidentified_total')).toBe(2);
    expect(seen.value('updater_http_requests_total', { route: '/upgrades', status: '401' })).toBe(2);
  });

  it('tells what became of notices, and which wait', async () => {
    const ops = new Receiver();
    const dead = new Receiver();
    dead.reply = answering(503);
    const channels = [
      { name: 'ops', kind: 'slack', url: `${await ops.start()}/hook` },
      { name: 'night', kind: 'slack', url: `${await dead.start()}/hook` },
    ];
    const variables = { AUTOUPDATE_CHANNELS: JSON.stringify(channels) };
    const turned = await TurnedWorld.start({ variables }, ['1a5', '1a6'], 1000);
    ({ world } = turned);
    turned.add('web');
    await turned.turn(2000);

    await turned.upgrade({ docker_image: 'acme/web:2.0.0' });
    await turned.turn(6 * 60_000);
    const seen = await scrape();
    const ready = await world.get<Readiness>('/health/ready');
    await Promise.all([ops.stop(), dead.stop()]);

    const notices = (channel: string, outcome: string) =>
      seen.value('updater_notices_total', { channel, kind: 'slack', outcome });
    expect(notices('ops', 'delivered')).toBe(1);
    expect(notices('night', 'deferred')).toBeGreaterThan(1);
    expect(seen.all('updater_outbox_notices')).toMatchObject([
      { labels: { channel: 'ops' }, value: 0 },
      { labels: { channel: 'night' }, value: 1 },
    ]);
    expect(seen.value('updater_outbox_age_seconds')).toBeGreaterThan(300);
    expect(ready.status).toBe(200);
    expect(ready.body.warnings).toEqual([
      { name: 'notices', message: expect.stringContaining('notices for night are not delivered (1 so far)') },
    ]);
  });

  it('is joined by a warning of /health/ready where no events come, which leaves the service ready', async () => {
    await start({ hasEvents: false });

    await world.until('the environments are known', async () => {
      const { body } = await world.get<Readiness>('/health/ready');
      return body.warnings.length > 0;
    });
    const { status, body } = await world.get<Readiness>('/health/ready');

    expect([status, body.status]).toEqual([200, 'ready']);
    expect(body.warnings).toEqual([
      { name: 'events', message: expect.stringContaining('2 of 2 environments') },
    ]);
    expect((await scrape()).value('updater_event_sockets_up')).toBe(0);
  });

  it('tells of the process', async () => {
    await start();

    const seen = await scrape();

    expect(seen.all('updater_build_info')).toMatchObject([{ value: 1 }]);
    expect(seen.value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(seen.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });
});
