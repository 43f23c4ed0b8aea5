import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stopping } from '../src/http/stopping.js';
import { ask, type Answer } from './fakes/ask.js';
import { World } from './harness/world.js';

describe('what the service takes at once', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      variables: {
        AUTOUPDATE_MAX_OPEN_WAITS: '2',
        AUTOUPDATE_MAX_OPEN_STREAMS: '1',
        AUTOUPDATE_MAX_WAITING: '3',
        AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1',
      },
    });
    // Nothing is planned any more.
    await world.allKnown();
    world.rancher.faults.add({ kind: 'server-error', status: 503 });
  });

  afterAll(() => world.close());

  function push(tag: number, more: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const body = JSON.stringify({ docker_image: `acme/full:${tag}`, ...more });
    return ask(`${world.url}/upgrade`, { method: 'POST', body, headers });
  }

  /** How much would be ended if the service stopped; who waits is among it. */
  function held(): number {
    return getEventListeners(world.part(Stopping).signal, 'abort').length;
  }

  it('is so many upgrades that are not planned yet, and again as many when some are called off', async () => {
    const first = await push(1);
    const accepted = [first, await push(2), await push(3)];
    const refused = await push(4);
    const joined = await push(3);
    const { id } = first.json as { id: string };
    await ask(`${world.url}/upgrades/${id}/cancel`, { method: 'POST' });
    const again = await push(4);

    expect(accepted.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': '30' },
      json: { code: 'service.full' },
    });
    expect(joined.status).toBe(200);
    expect(again.status).toBe(202);
  });

  it('is so many callers that wait, and any number that do not', async () => {
    const { json } = await push(4);
    const path = `${world.url}/upgrades/${(json as { id: string }).id}`;
    const before = held();
    const waiting = [ask(`${path}?wait=300`), ask(`${path}?wait=300`)];
    await world.until('both wait', () => held() === before + waiting.length);

    const refused = await ask(`${path}?wait=1`);
    const preview = await push(9, { dry_run: true });
    const now = await ask(path);
    await ask(`${path}/cancel`, { method: 'POST' });
    const answered = await Promise.all(waiting);

    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10' },
      json: { code: 'request.too_many' },
    });
    expect(preview.status).toBe(429);
    expect(now.status).toBe(200);
    expect(answered.map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(`${path}?wait=1`)).status).toBe(200);
  });

  it('begins addresses with the path of the gateway, whoever else says one', async () => {
    const { json } = await push(2);
    const { id } = json as { id: string };
    const headers = { 'x-forwarded-prefix': '/updater' };

    const published = await push(2, {}, headers);
    const forged = await ask(`${world.url}/upgrade`, {
      method: 'POST',
      body: JSON.stringify({ docker_image: 'acme/full:2' }),
      headers,
      from: '127.0.0.2',
    });

    expect(published.headers.location).toBe(`/updater/upgrades/${id}`);
    expect(forged.headers.location).toBe(`/upgrades/${id}`);
  });

  it('is told with what runs', async () => {
    const { json } = await ask(`${world.url}/version`);

    expect(json).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.versions.node });
  });
});
