import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { asked, decide, rolloutOf, untilRollout } from './harness/rollouts.js';
import { linesOf, SlackChannel } from './harness/slack-channel.js';
import { World } from './harness/world.js';

jest.setTimeout(30_000);

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
      confirm_within: 60,
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
  let world: World;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    world = await World.start({
      speed: 60,
      variables: { ...slack.variables, AUTOUPDATE_REMIND_MINUTES: '1' },
    });
  });

  afterAll(async () => {
    await world.close();
    await slack.close();
  });

  it('ever more rarely, and no longer when it is settled elsewhere, which is written down', async () => {
    const service = world.add('forgotten');
    const { id } = await world.upgrade({ docker_image: 'acme/forgotten:2.0.0', confirm: false });
    await world.until('they were told four times', () => slack.about('acme/forgotten:2.0.0').length === 4);

    world.rancher.as('alice').finishupgrade(service);
    await untilRollout(world, String(id), 'finished');

    const { history, reason } = await rolloutOf(world, String(id));
    const since = Date.parse(history.find(({ status }) => status === 'awaiting_confirmation')?.at ?? '');
    const reminders = history.filter(({ message }) => message === 'still awaiting confirmation');
    const minutes = reminders.map(({ at }) => (Date.parse(at) - since) / 60_000);
    expect(reason).toMatchObject({ code: 'rollout.finished_elsewhere' });
    expect(minutes).toHaveLength(3);
    for (const [index, due] of [1, 3, 7].entries()) {
      expect(minutes[index]).toBeGreaterThanOrEqual(due);
      expect(minutes[index]).toBeLessThan(due + 1.5);
    }
    const [first, second] = slack.about('acme/forgotten:2.0.0');
    expect(first?.text).toContain('1 awaiting confirmation');
    expect(second?.attachments).toMatchObject([{ color: 'warning' }]);
    expect(second?.text).toContain('still awaiting confirmation since');
    expect(second && linesOf(second)[0]).toContain('*awaiting confirmation*');
  });
});
