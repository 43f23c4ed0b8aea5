import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aChannel } from '../../test/fakes/channels.js';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { notifyHttp } from '../../test/fakes/notify-http.js';
import { answering, Receiver } from '../../test/fakes/receiver.js';
import { aNotice } from '../../test/fakes/records.js';
import { slackMessage } from './slack.message.js';
import { SlackService } from './slack.service.js';

describe(SlackService.name, () => {
  const receiver = new Receiver();
  let url: string;

  beforeEach(async () => {
    url = await receiver.start();
    receiver.received.length = 0;
    receiver.reply = answering(200);
  });

  afterEach(() => receiver.stop());

  it.each([
    [{}, 'rancher-service-updater'],
    [{ bot_name: 'Updater of Acme' }, 'Updater of Acme'],
  ])(
    'posts the message as JSON, under the name of the channel %j',
    async (own: Record<string, string>, name) => {
      const notice = aNotice({ summary: 'geschafft ✓' });
      const http = notifyHttp(new HandClock());

      const said = await new SlackService(http).deliver(aChannel({ url, own }), notice);

      expect(said).toBe('Slack answered 200');
      expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual(slackMessage(notice, name));
    },
  );

  it.each([
    ['no_service', 'Slack refused the message with 404 (no_service)'],
    ['super_secret_word', 'Slack refused the message with 404'],
  ])('of a refusal with "%s" says no more than a word of Slack', async (body, message) => {
    receiver.reply = answering(404, body);

    const delivering = new SlackService(notifyHttp(new HandClock())).deliver(aChannel({ url }), aNotice());

    await expect(delivering).rejects.toMatchObject({ message });
  });

  it.each([
    ['', false],
    ['  ', false],
    ['x', true],
    ['x'.repeat(80), true],
    ['x'.repeat(81), false],
  ])('takes "%s" for a bot name: %p', (text, expected) => {
    expect(SlackService.fields.bot_name.accepts(text)).toBe(expected);
  });
});
