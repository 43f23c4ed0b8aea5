import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asked, decide, rolloutOf, untilRollout } from './harness/rollouts.js';
import { linesOf, SlackChannel } from './harness/slack-channel.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World } from './harness/world.js';

/** Nothing here depends on a moment. */
const STEP_MS = 2000;

describe('a confirmation that does not come', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  it.each([
    ['leave', 'failed', ['upgrade']],
    ['rollback', 'rolled_back', ['upgrade', 'rollback']],
  ] as const)('in the time that it has makes it take its own way: %s', async (way, status, actions) => {
    const service = world.add(`unconfirmed-${way}`);
    const id = await world.begin({
      docker_image: `acme/unconfirmed-${way}:2.0.0`,
      confirm: false,
      confirm_within: 20,
      on_failure: way,
    });

    await untilRollout(world, id, status);

    const { reason, history } = await rolloutOf(world, id);
    const at = (wanted: string) => history.find(({ status: then }) => then === wanted)?.at ?? '';
    expect(reason).toEqual({ code: 'rollout.unconfirmed', message: 'nobody confirmed it within 20 s' });
    expect(await world.settled(id)).toMatchObject({ status: 'failed' });
    expect(
      Date.parse(at(way === 'leave' ? 'failed' : 'rolling_back')) - Date.parse(at('awaiting_confirmation')),
    ).toBeGreaterThanOrEqual(20_000);
    expect(asked(world, service)).toEqual(actions);
  });

  it('and comes in the time that it has finishes it', async () => {
    const service = world.add('in-time');
    const body = {
      docker_image: 'acme/in-time:2.0.0',
      confirm: false,
      confirm_within: 3600,
      on_failure: 'rollback',
    };
    const { id } = await world.upgrade(body);

    await decide(world, String(id), 'confirm');

    expect(await world.settled(String(id))).toMatchObject({ status: 'succeeded' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });
});

describe('people are reminded of what awaits confirmation', () => {
  let slack: SlackChannel;
  let turned: TurnedWorld;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    const variables = { ...slack.variables, AUTOUPDATE_REMIND_MINUTES: '1' };
    turned = await TurnedWorld.start({ variables }, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(async () => {
    await turned.close();
    await slack.close();
  });

  it('ever more rarely, and no longer when it is settled elsewhere, which is written down', async () => {
    const service = turned.add('forgotten');
    await turned.turn(2000);
    const { id } = await turned.upgrade({ docker_image: 'acme/forgotten:2.0.0', confirm: false });
    await turned.turn(8 * 60_000);

    turned.rancher.as('alice').finishupgrade(service);
    await turned.turn(10 * 60_000);

    const { history = [], reason } = (await turned.view(String(id))).rollouts[0] ?? {};
    const since = Date.parse(history.find(({ status }) => status === 'awaiting_confirmation')?.at ?? '');
    const reminders = history.filter(({ message }) => message === 'still awaiting confirmation');
    const minutes = reminders.map(({ at }) => (Date.parse(at) - since) / 60_000);
    expect(reason).toMatchObject({ code: 'rollout.finished_elsewhere' });
    expect(minutes).toHaveLength(3);
    for (const [index, due] of [1, 3, 7].entries()) {
      expect(minutes[index]).toBeGreaterThanOrEqual(due);
      expect(minutes[index]).toBeLessThan(due + 0.5);
    }
    const [first, ...others] = slack.about('acme/forgotten:2.0.0');
    const reminder = others.find(({ text }) => text.includes('still awaiting confirmation since'));
    expect(first?.text).toContain('1 awaiting confirmation');
    expect(reminder?.attachments).toMatchObject([{ color: 'warning' }]);
    expect(reminder && linesOf(reminder)[0]).toContain('*awaiting confirmation*');
  });
});
