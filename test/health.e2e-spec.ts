import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import type { Readiness, ReadinessCheck } from '../src/health/readiness.service.js';
import { type Answer, EMPTY_FLEET, World } from './harness/world.js';

const RANCHER = 'rancher' as const;
const KEY = 'key' as const;
const ENVIRONMENTS = 'environments' as const;

/** Waits until the service is (not) ready, for a look at Rancher is kept for ten seconds; answers what it says. */
async function untilReady(world: World, status: 200 | 503): Promise<readonly ReadinessCheck[]> {
  let answer: Answer<Readiness> | undefined;
  await world.until(`readiness is ${status}`, async () => {
    answer = await world.get<Readiness>('/health/ready');
    return answer.status === status;
  });
  return answer?.body.checks ?? [];
}

/** The first check that fails, and why. */
function trouble(checks: readonly ReadinessCheck[]): ReadinessCheck | undefined {
  return checks.find(({ ok }) => !ok);
}

async function isAlive(world: World): Promise<boolean> {
  const [ping, live] = [await world.get<string>('/ping'), await world.get('/health/live')];
  return ping.status === 200 && ping.body === 'Pong!' && live.status === 200;
}

describe('the probes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterEach(() => world.rancher.faults.clear());
  afterAll(() => world.close());

  it.each<[string, Fault, string, string]>([
    ['the connection is reset', { kind: 'reset' }, RANCHER, 'connection reset'],
    ['no answer comes', { kind: 'hang' }, RANCHER, 'no whole reply within 10 s'],
    ['Rancher fails', { kind: 'server-error' }, RANCHER, 'answers 500'],
    ['a proxy fails', { kind: 'proxy-page' }, RANCHER, 'a proxy before it answers 502'],
    ['a web page answers', { kind: 'proxy-page', status: 200 }, RANCHER, 'is it right?'],
    [
      'it is redirected',
      { kind: 'redirect', location: 'https://sso.example/' },
      RANCHER,
      'https://sso.example/',
    ],
    ['there is a limit', { kind: 'too-many', retryAfter: '0' }, RANCHER, 'answers 429'],
    ['the key is refused', { kind: 'unauthorized' }, KEY, 'refuses the key (401)'],
    ['it is forbidden', { kind: 'forbidden' }, KEY, 'forbids it (403)'],
  ])('tell alive from ready where %s, and still take requests', async (_, fault, check, why) => {
    const handle = world.rancher.faults.add(fault);

    const checks = await untilReady(world, 503);
    const alive = await isAlive(world);
    const { status } = await world.post({ docker_image: `acme/nothing-${randomUUID()}:1.0.0` });
    handle.remove();
    const well = await untilReady(world, 200);

    expect(trouble(checks)).toEqual({ name: check, ok: false, message: expect.stringContaining(why) });
    expect(checks.at(-1)).toMatchObject({ name: 'store', ok: true });
    expect([alive, status]).toEqual([true, 202]);
    expect(well.map(({ name }) => name)).toEqual([RANCHER, KEY, ENVIRONMENTS, 'store']);
  });

  it('tell when Rancher is away, and when it is back', async () => {
    await world.rancher.unplug();

    const checks = await untilReady(world, 503);
    const alive = await isAlive(world);
    await world.rancher.plug();
    await untilReady(world, 200);

    expect(trouble(checks)).toMatchObject({ name: RANCHER, message: expect.stringContaining('refused') });
    expect(alive).toBe(true);
  });

  it('tell when no environment that is selected is in use', async () => {
    for (const name of ['production', 'staging']) world.rancher.fleet.setEnvironmentState(name, 'inactive');

    const checks = await untilReady(world, 503);
    for (const name of ['production', 'staging']) world.rancher.fleet.setEnvironmentState(name, 'active');
    await untilReady(world, 200);

    expect(trouble(checks)).toEqual({
      name: ENVIRONMENTS,
      ok: false,
      message: 'none of these is selected and in use: production, staging',
    });
  });
});

describe('a service that is started in trouble', () => {
  let world: World | undefined;

  afterEach(() => world?.close());

  it('is not ready with a wrong key, though access control of Rancher is off', async () => {
    world = await World.start({
      simulator: { security: false },
      variables: { CATTLE_SECRET_KEY: 'wrong-secret' },
    });

    const checks = await untilReady(world, 503);

    expect(trouble(checks)).toMatchObject({ name: KEY });
  });

  it('is not ready where its patterns select nothing', async () => {
    world = await World.start({ variables: { AUTOUPDATE_ENVIRONMENT_NAMES: '^elsewhere$' } });

    const checks = await untilReady(world, 503);

    expect(trouble(checks)).toMatchObject({ name: ENVIRONMENTS });
    expect(world.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'no environment is selected' }),
    );
  });

  it('is alive without a store, but takes nothing that it could lose', async () => {
    world = await World.start({ variables: { AUTOUPDATE_DATA_DIR: '/dev/null/data' } });

    const checks = await untilReady(world, 503);
    const { status, body } = await world.post<{ code: string }>({ docker_image: 'acme/web:2.0.0' });

    expect(trouble(checks)).toMatchObject({ name: 'store' });
    expect(await isAlive(world)).toBe(true);
    expect([status, body.code]).toEqual([503, 'store.unavailable']);
  });

  it('says once what is wrong with Rancher, for as long as that is the same, and looks again and again', async () => {
    const here = await World.start({ fleet: { ...EMPTY_FLEET, keys: [] }, speed: 100 });
    world = here;
    const { rancher } = here;
    const { requests } = rancher.journal;
    await here.until('it has looked often', () => requests.length > 4);
    rancher.faults.add({ kind: 'server-error' });
    await here.until('it has met the next trouble', () => requests.some(({ status }) => status === 500));
    rancher.faults.clear();
    for (const key of EMPTY_FLEET.keys ?? []) rancher.fleet.addKey(key);
    await here.until('all is well', () => said(here).at(-1) === 'Rancher answers and takes the key');

    expect(said(here)).toEqual([
      expect.stringContaining('refuses the key (401)'),
      expect.stringContaining('answers 500'),
      'Rancher answers and takes the key',
    ]);
  });
});

/** What the log says of Rancher. */
function said(world: World): readonly string[] {
  return world.log.map(({ message }) => String(message)).filter((message) => message.startsWith('Rancher'));
}
