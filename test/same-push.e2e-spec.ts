import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { asked, untilRollout, type Problem } from './harness/rollouts.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World, type Answer } from './harness/world.js';

/** Seconds. What is held up shall not fail meanwhile. */
const LONG = 86_400;

const DIGEST = `sha256:${'b'.repeat(64)}`;

/** What each answer says of its upgrade, with names for the ids in order of appearance: "202 A", "200 A", "202 B". */
function told(answers: readonly Answer<UpgradeView>[]): readonly string[] {
  const ids = [...new Set(answers.map(({ body }) => body.id))];
  return answers.map(({ status, body }) => `${status} ${'ABCDE'[ids.indexOf(body.id)]}`);
}

describe('the same push told twice', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' }, hasEvents: false });
  });

  afterAll(() => world.close());

  function push(
    body: Readonly<Record<string, unknown>>,
    key?: string,
  ): Promise<Answer<UpgradeView & Problem>> {
    return world.post({ confirm: true, ...body }, key === undefined ? {} : { 'idempotency-key': key });
  }

  /** No upgrade of the service settles until that is mended: whatever Rancher is asked about it fails. */
  function failing({ ref }: Service): FaultHandle {
    return world.rancher.faults.add({ kind: 'server-error', path: new RegExp(`/services/${ref}(/|$)`) });
  }

  it.each([
    ['a version', 'web', ':2.0.0', ':1.0.0'],
    ['a digest', 'hashed', `@${DIGEST}`, `@sha256:${'a'.repeat(64)}`],
  ])('is one upgrade: %s', async (_, name, to, from) => {
    const unwell = world.rancher.faults.add({ kind: 'never-healthy', service: name });
    const service = world.add(name, { image: `acme/${name}${from}`, healthCheck: true });

    const answers = [
      await push({ docker_image: `acme/${name}${to}`, timeout: LONG }),
      await push({ docker_image: `docker:acme/${name}${to}`, timeout: LONG }),
    ];
    await untilRollout(world, String(answers[0]?.body.id), 'upgrading');
    answers.push(await push({ docker_image: `acme/${name}${to}`, timeout: LONG }));
    unwell.remove();

    expect(told(answers)).toEqual(['202 A', '200 A', '200 A']);
    expect(answers.map(({ headers }) => headers.get('location'))).toEqual(
      answers.map(({ body }) => `/upgrades/${body.id}`),
    );
    expect(answers[2]?.body.rollouts).toMatchObject([{ status: 'upgrading' }]);
    expect(await world.settled(String(answers[0]?.body.id))).toMatchObject({ status: 'succeeded' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });

  it('is another upgrade once the first has settled', async () => {
    world.add('settled');
    const body = { docker_image: 'acme/settled:2.0.0', confirm: false };
    const first = await world.upgrade(body);

    const second = await push(body);

    expect(second.status).toBe(202);
    expect(second.body.id).not.toBe(first.id);
  });

  it.each([
    { confirm: false },
    { start_first: true },
    { timeout: 600 },
    { on_failure: 'leave' },
    { leftover: 'refuse' },
    { ignore_hold: true },
    { confirm_within: 60 },
    { max_failures: 1 },
    { max_parallel: 1 },
  ])('is another one with other options: %j', async (other) => {
    const name = `other-${Object.keys(other).join('').replaceAll('_', '-')}`;
    const docker_image = `acme/${name}:2.0.0`;
    const trouble = failing(world.add(name));

    const answers = [
      await push({ docker_image }),
      await push({ docker_image, ...other }),
      await push({ docker_image }),
      await push({ docker_image, ...other }),
    ];
    trouble.remove();

    expect(told(answers)).toEqual(['202 A', '202 B', '200 A', '200 B']);
  });

  it('is one upgrade and one start, however many tell it at once', async () => {
    const service = world.add('crowd');
    await world.allKnown();
    const trouble = failing(service);

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => push({ docker_image: 'acme/crowd:2.0.0' })),
    );
    trouble.remove();
    const [first] = answers;
    await world.settled(String(first?.body.id));

    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
    expect(world.accepted(service)).toHaveLength(1);
  });

  describe('with an Idempotency-Key', () => {
    it('is the same upgrade, also after it has settled', async () => {
      world.add('keyed');
      const body = { docker_image: 'acme/keyed:2.0.0' };

      const first = await push(body, 'build-4711');
      await world.settled(String(first.body.id));
      const second = await push(body, 'build-4711');

      expect(told([first, second])).toEqual(['202 A', '200 A']);
      expect(second.body).toMatchObject({ status: 'succeeded' });
      expect(second.headers.get('location')).toBe(`/upgrades/${String(first.body.id)}`);
    });

    it('is the same upgrade however many tell it at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => push({ docker_image: 'acme/keyed-crowd:latest' }, 'crowd')),
      );

      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    });

    it('is refused with another body, which changes nothing', async () => {
      const first = await push({ docker_image: 'acme/one:1.0.0' }, 'taken');

      const others = [
        await push({ docker_image: 'acme/one:2.0.0' }, 'taken'),
        await push({ docker_image: 'acme/one:1.0.0', timeout: 60 }, 'taken'),
      ];

      expect(others.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
        '409 request.conflict',
        '409 request.conflict',
      ]);
      expect(others[0]?.body.message).toContain(String(first.body.id));
      expect(await push({ docker_image: 'acme/one:1.0.0' }, 'taken')).toMatchObject({
        status: 200,
        body: { id: first.body.id },
      });
    });

    it('belongs to the upgrade that it has joined', async () => {
      const trouble = failing(world.add('joined'));
      const docker_image = 'acme/joined:2.0.0';
      const first = await push({ docker_image });
      const second = await push({ docker_image }, 'joining');
      trouble.remove();
      await world.settled(String(first.body.id));

      const third = await push({ docker_image }, 'joining');

      expect(told([first, second, third])).toEqual(['202 A', '200 A', '200 A']);
    });

    it.each(['', 'x'.repeat(256), 'two words', 'tab\there'])(
      'is refused where the key is %j',
      async (key) => {
        const answer = await push({ docker_image: 'acme/badly-keyed:1.0.0' }, key);

        expect(answer).toMatchObject({
          status: 400,
          body: {
            code: 'request.invalid',
            fields: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }],
          },
        });
      },
    );

    it('is another upgrade with another key only where the first has settled', async () => {
      const trouble = failing(world.add('two-keys'));
      const docker_image = 'acme/two-keys:2.0.0';
      const answers = [await push({ docker_image }, 'key-1'), await push({ docker_image }, 'key-2')];
      trouble.remove();
      await world.settled(String(answers[0]?.body.id));
      answers.push(await push({ docker_image }, 'key-3'));

      expect(told(answers)).toEqual(['202 A', '200 A', '202 B']);
    });
  });
});

describe('the same push of a tag that moves', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    turned = await TurnedWorld.start();
  });

  afterAll(() => turned.close());

  it('is one upgrade within two seconds, then new content, and that is one upgrade until it starts', async () => {
    const unwell = turned.rancher.faults.add({ kind: 'never-healthy', service: 'moving' });
    const service = turned.add('moving', { image: 'acme/moving:latest', healthCheck: true });
    await turned.turn(2000);
    const push = () =>
      turned.world.post({ docker_image: 'acme/moving:latest', confirm: true, timeout: LONG });
    const isUpgrading = ({ body }: Answer<UpgradeView>) =>
      turned.until('it is upgraded', async () => {
        const { rollouts } = await turned.view(String(body.id));
        return rollouts.some(({ status }) => status === 'upgrading');
      });

    const one = await push();
    await turned.turn(2000);
    const answers = [one, await push()];
    await isUpgrading(one);
    await turned.turn(1);
    const two = await push();
    await turned.turn(2001);
    answers.push(two, await push());
    unwell.remove();
    await turned.settled(String(one.body.id));
    await isUpgrading(two);
    const three = await push();

    expect(told([...answers, three])).toEqual(['202 A', '200 A', '202 B', '200 B', '202 C']);
    expect(await turned.settled(String(three.body.id))).toMatchObject({ status: 'succeeded' });
    expect(turned.world.accepted(service)).toHaveLength(3);
  });
});
