import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import type { Command } from '../src/upgrade/judging/bearing.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { asked, rolloutOf, untilRollout, type Problem } from './harness/rollouts.js';
import { type Answer, World } from './harness/world.js';

const COMMANDS = ['confirm', 'rollback', 'cancel'] as const;
const DONE = { confirm: 'finishupgrade', rollback: 'rollback', cancel: 'rollback' } as const;
const STATUS = { confirm: 'finished', rollback: 'rolled_back', cancel: 'cancelled' } as const;

describe('a decision about an upgrade of two services', () => {
  let world: World;
  let count = 0;
  let one: Service;
  let other: Service;
  let id: string;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  beforeEach(async () => {
    count += 1;
    const image = `acme/both-${count}`;
    one = world.add(`one-${count}`, { image: `${image}:1.0.0` });
    other = world.add(`other-${count}`, { image: `${image}:1.0.0` });
    id = String((await world.upgrade({ docker_image: `${image}:2.0.0`, confirm: false })).id);
  });

  function decide(command: Command, body?: unknown, query = ''): Promise<Answer<UpgradeView & Problem>> {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return world.ask('POST', `/upgrades/${id}/${command}${query}`, init);
  }

  async function rolloutId(service: Service): Promise<string> {
    return String((await rolloutOf(world, id, service)).id);
  }

  it.each(COMMANDS)('is about the rollout that its body names: %s', async (command) => {
    const { status } = await decide(command, { rollout: await rolloutId(one) });
    await untilRollout(world, id, STATUS[command], one);

    expect(status).toBe(202);
    expect(asked(world, one)).toEqual(['upgrade', DONE[command]]);
    expect(asked(world, other)).toEqual(['upgrade']);
  });

  it.each([
    ['no body', undefined],
    ['an empty one', ''],
    ['one without fields', {}],
  ])('is about all of them with %s', async (_, body) => {
    const { status } = await decide('rollback', body);
    await untilRollout(world, id, 'rolled_back', one);
    await untilRollout(world, id, 'rolled_back', other);

    expect(status).toBe(202);
  });

  it('may name the same rollout in the query too, but not another one', async () => {
    const [first, second] = [await rolloutId(one), await rolloutId(other)];

    const refused = await decide('confirm', { rollout: first }, `?rollout=${second}`);
    const before = [...asked(world, one), ...asked(world, other)];
    const taken = await decide('confirm', { rollout: first }, `?rollout=${first}`);
    await untilRollout(world, id, 'finished', one);

    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', fields: [{ field: 'rollout' }] },
    });
    expect(before).toEqual(['upgrade', 'upgrade']);
    expect(taken.status).toBe(202);
    expect(asked(world, other)).toEqual(['upgrade']);
  });

  it('is refused, and nothing is done, where its body says anything else', async () => {
    const rollout = await rolloutId(one);
    const bodies = [
      { rollouts: [rollout] },
      { rollout, service: 'web' },
      { rollout: 1 },
      { rollout: null },
      [],
      'null',
      '"r1"',
      'true',
      '{',
      `rollout=${rollout}`,
    ];

    for (const command of COMMANDS) {
      for (const body of bodies) {
        expect(await decide(command, body)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      }
    }

    expect([...asked(world, one), ...asked(world, other)]).toEqual(['upgrade', 'upgrade']);
    expect(await world.view(id)).toMatchObject({ status: 'awaiting_confirmation' });
  });
});
