import { HttpService } from '@nestjs/axios';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { answering, hanging, hangingUp, Receiver, trickling, type Reply } from '../../test/fakes/receiver.js';
import { aNotice } from '../../test/fakes/records.js';
import { UpdaterError } from '../common/errors.js';
import { slackMessage } from './slack.message.js';
import { SlackService } from './slack.service.js';
import { SlackSettings } from './slack.settings.js';

const PATH = '/services/T000/B000/hush_hush';

describe(SlackService.name, () => {
  let receiver: Receiver;
  let clock: HandClock;
  let url: string;

  beforeEach(async () => {
    receiver = new Receiver();
    clock = new HandClock();
    url = `${await receiver.start()}${PATH}`;
  });

  afterEach(() => receiver.stop());

  it('is on when a webhook URL is set', () => {
    expect(slack(undefined).enabled).toBe(false);
    expect(slack(url).enabled).toBe(true);
  });

  it('posts the message as JSON, under the default name', async () => {
    const notice = aNotice({ summary: 'geschafft ✓' });

    await slack(url).deliver(notice);

    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(request?.body ?? '')).toEqual(slackMessage(notice, 'rancher-service-updater'));
  });

  it('posts under the name that is set', async () => {
    await slack(url, 'Updater of Acme').deliver(aNotice());

    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ username: 'Updater of Acme' });
  });

  it.each([
    ["Slack's ok, which claims to be HTML", answering(200, 'ok', { 'content-type': 'text/html' })],
    ["Rocket.Chat's JSON", answering(200, '{"success":true}', { 'content-type': 'application/json' })],
    ['nothing at all', answering(204)],
  ])('takes %s for a success', async (_, reply) => {
    receiver.reply = reply;

    await expect(slack(url).deliver(aNotice())).resolves.toBeUndefined();
  });

  it.each<[string, Reply, string, object]>([
    ['429 with a pause', limited('7'), 'Slack answered 429 (rate_limited)', { retryAfterMs: 7000 }],
    ['429 with a very long pause', limited('86400'), 'Slack answered 429', { retryAfterMs: 3_600_000 }],
    ['429 with a date', limited('Wed, 21 Oct 2026 07:28:00 GMT'), 'Slack answered 429', {}],
    ['429 without a pause', answering(429), 'Slack answered 429', {}],
    ['408', answering(408), 'Slack answered 408', {}],
    ['500', answering(500, 'rollup_error'), 'Slack answered 500 (rollup_error)', {}],
    [
      '503 with a pause',
      answering(503, '', { 'retry-after': '5' }),
      'Slack answered 503',
      { retryAfterMs: 5000 },
    ],
    ['502 with a page', answering(502, `<h1>${PATH}</h1>`), 'Slack answered 502', {}],
    [
      'a redirect',
      answering(302, '', { location: '/elsewhere' }),
      'Slack answered 302, a redirect, which is',
      {},
    ],
    ['a web page', answering(200, '\n<!doctype html>'), 'Slack answered with a web page: is the URL a', {}],
    ['400', answering(400, 'invalid_payload'), 'with 400 (invalid_payload)', { permanent: true }],
    ['404', answering(404, `Cannot POST ${PATH}`), 'refused the message with 404', { permanent: true }],
    ['410', answering(410, 'channel_is_archived'), 'with 410 (channel_is_archived)', { permanent: true }],
    ['a huge answer', answering(200, 'o'.repeat(100_000)), 'its answer not be read (ERR_BAD_RESPONSE)', {}],
    ['no answer', hangingUp(), 'Slack could not be reached, or its answer not be read (ECONNRESET)', {}],
  ])('fails on %s', async (_, reply, message, details) => {
    receiver.reply = reply;

    const failure = await failureOf(slack(url).deliver(aNotice()));

    expect(failure.message).toContain(message);
    expect(failure).toMatchObject({ code: 'notify.failed', details });
    expect(Object.keys(failure.details)).toEqual(Object.keys(details));
    expect(receiver.received).toHaveLength(1);
  });

  it('fails when nobody listens', async () => {
    await receiver.stop();

    const failure = await failureOf(slack(url).deliver(aNotice()));

    expect(failure.message).toContain('Slack could not be reached');
    expect(failure.message).toContain('(ECONNREFUSED)');
    expect(failure.details).toEqual({});
  });

  it.each([
    ['does not answer', hanging()],
    ['does not end its answer', trickling()],
  ])('gives up and hangs up after ten seconds when the receiver %s', async (_, reply) => {
    const hungUp = new Promise<void>((resolve) => {
      receiver.reply = (response) => {
        response.once('close', resolve);
        reply(response);
      };
    });
    const failing = failureOf(slack(url).deliver(aNotice()));
    await receiver.until(1);

    await clock.advance(9_999);
    const early = await Promise.race([failing, Promise.resolve('still waiting')]);
    await clock.advance(1);

    expect(early).toBe('still waiting');
    expect((await failing).message).toBe('Slack did not answer within 10 s');
    await hungUp;
    expect(clock.asleep).toBe(0);
  });

  it('does not ask a proxy', async () => {
    const proxy = new Receiver();
    process.env['http_proxy'] = await proxy.start();

    try {
      await slack(url).deliver(aNotice());
    } finally {
      delete process.env['http_proxy'];
      await proxy.stop();
    }

    expect(receiver.received).toHaveLength(1);
    expect(proxy.received).toHaveLength(0);
  });

  it('has no use of trying again without a webhook URL', async () => {
    const failure = await failureOf(slack(undefined).deliver(aNotice()));

    expect(failure).toMatchObject({ code: 'notify.failed', details: { permanent: true } });
  });

  function slack(webhook: string | undefined, bot?: string): SlackService {
    const settings = Object.assign(new SlackSettings(), {
      AUTOUPDATE_SLACK_WEBHOOK_URL: webhook,
      ...(bot !== undefined && { AUTOUPDATE_SLACK_BOT_NAME: bot }),
    });
    return new SlackService(settings, new HttpService(), clock);
  }
});

function limited(retryAfter: string): Reply {
  return answering(429, 'rate_limited', { 'retry-after': retryAfter });
}

async function failureOf(work: Promise<void>): Promise<UpdaterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpdaterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
