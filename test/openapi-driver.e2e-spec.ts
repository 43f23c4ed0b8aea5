import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DOCUMENT, undocumentedIn } from './harness/documented.js';
import { anyRequest, type Known, rightRequest, send } from './harness/driver.js';
import { TOLD_ROUTES, type ToldRoute } from './harness/told-routes.js';
import { decide } from './harness/rollouts.js';
import { World } from './harness/world.js';

const SEED = 20_161_014;
const RUNS = 1000;

/** So slow that Rancher's answers to what asks whether the service is ready come in time on any machine. */
const SPEED = 4;

/** Only `?fail=true` is answered with it, where nothing is wrong with the service. */
const NOT_SETTLED = 504;

/** Another decision is about another upgrade: one alone is possible for each. */
const DECISIONS = ['confirm', 'rollback', 'cancel'];

describe('the service, driven by its own document', () => {
  let world: World;
  let known: Known;
  const upgrades = new Map<string, string>();

  beforeAll(async () => {
    world = await World.start({ speed: SPEED });
    for (const name of ['web', ...DECISIONS]) {
      world.add(name, { healthCheck: true });
      const { id } = await world.upgrade({ docker_image: `acme/${name}:1.1.0`, confirm: name === 'web' });
      upgrades.set(name, String(id));
    }
    const held = world.add('held', { healthCheck: true });
    const { id } = await world.upgrade({ docker_image: 'acme/held:1.1.0', confirm: false });
    await decide(world, String(id), 'rollback');
    await world.settled(String(id));
    known = { id: [...upgrades.values()], environment: ['1a5', '1a6'], service: [held.ref, '1s9999'] };
  });

  afterAll(() => world.close());

  function knownTo({ path }: ToldRoute): Known {
    const about = upgrades.get(path.split('/').at(-1) ?? '');
    return about === undefined ? known : { ...known, id: [about] };
  }

  it.each(TOLD_ROUTES.map((route) => [route.method, route.path, route] as const))(
    'does what it is asked rightly: %s %s',
    async (_, __, route) => {
      const exchange = await send(world.url, rightRequest(route, knownTo(route)));

      expect([undocumentedIn(exchange), exchange.text.slice(0, 200)]).toEqual([[], expect.any(String)]);
      expect(Math.floor(exchange.status / 100)).toBe(2);
    },
  );

  it('answers whatever it is asked as documented, and never with a failure of its own', async () => {
    const statuses = new Set<number>();
    const requests = fc.constantFrom(...TOLD_ROUTES).chain((route) => anyRequest(route, known));

    await fc.assert(
      fc.asyncProperty(requests, async (wire) => {
        const exchange = await send(world.url, wire);
        statuses.add(exchange.status);
        const isWell = exchange.status < 500 || exchange.status === NOT_SETTLED;
        expect([undocumentedIn(exchange), isWell]).toEqual([[], true]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect([...statuses]).toEqual(expect.arrayContaining([200, 202, 204, 400, 403, 404, 405, 413]));
  });

  it.each(['', '?a=1', '/'])('serves the committed document at /openapi.json%s', async (rest) => {
    const { status, body } = await world.get<unknown>(`/openapi.json${rest}`);

    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(DOCUMENT))]);
  });
});
