import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { notifyHttp } from '../../test/fakes/notify-http.js';
import { answering, hanging, hangingUp, Receiver, trickling, type Reply } from '../../test/fakes/receiver.js';
import { UpdaterError } from '../common/errors.js';
import { NotifyHttp, type Posting } from './notify.http.js';

const PATH = '/services/T000/B000/hush_hush';

describe(NotifyHttp.name, () => {
  let receiver: Receiver;
  let clock: HandClock;
  let url: string;

  beforeEach(async () => {
    receiver = new Receiver();
    clock = new HandClock();
    url = `${await receiver.start()}${PATH}`;
  });

  afterEach(() => receiver.stop());

  it('posts JSON as it is, with the headers that go with it', async () => {
    await post({ json: '{ "a": "geschafft ✓" }', headers: { 'x-more': 'yes' } });

    expect(receiver.received).toMatchObject([
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-more': 'yes',
          'user-agent': 'rancher-service-updater',
        },
        body: '{ "a": "geschafft ✓" }',
      },
    ]);
  });

  it.each([
    ["Slack's ok, which claims to be HTML", answering(200, 'ok', { 'content-type': 'text/html' })],
    ["Rocket.Chat's JSON", answering(200, '{"success":true}', { 'content-type': 'application/json' })],
    ['nothing at all', answering(204)],
    ['XML', answering(200, '<?xml version="1.0"?><Response/>', { 'content-type': 'text/xml' })],
    ['XML that does not say so', answering(202, '<accepted/>')],
    ['a huge answer', answering(200, 'o'.repeat(3_000_000))],
  ])('takes %s for a success', async (_, reply) => {
    receiver.reply = reply;

    await expect(post()).resolves.toMatch(/^Slack answered 20[024]$/);
  });

  it.each<[string, Reply, string, object]>([
    ['429 with a pause', limited('7'), 'Slack answered 429', { retryAfterMs: 7000 }],
    ['429 with a very long pause', limited('86400'), 'Slack answered 429', { retryAfterMs: 3_600_000 }],
    [
      '429 with a date',
      limited('Thu, 01 Jan 2026 00:00:30 GMT'),
      'Slack answered 429',
      { retryAfterMs: 30_000 },
    ],
    ['429 with neither', limited('soon'), 'Slack answered 429', {}],
    ['429 without a pause', answering(429), 'Slack answered 429', {}],
    ['408', answering(408), 'Slack answered 408', {}],
    ['500', answering(500, 'rollup_error'), 'Slack answered 500', {}],
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
    ['425', answering(425), 'refused the message with 425', { permanent: true }],
    ['400', answering(400, 'invalid_payload'), 'refused the message with 400', { permanent: true }],
    ['404', answering(404, `Cannot POST ${PATH}`), 'refused the message with 404', { permanent: true }],
    ['413', answering(413), 'refused the message with 413', { permanent: true, isTooLarge: true }],
    ['410', answering(410, 'channel_is_archived'), 'refused the message with 410', { permanent: true }],
    ['a page that does not say so', answering(200, '<!-- in -->\n<HTML lang="en">'), 'with a web page', {}],
    [
      'a part of a page',
      answering(200, '<h1>Sign in</h1>', { 'content-type': 'text/html; charset=utf-8' }),
      'with a web page',
      {},
    ],
    ['a huge page', answering(200, `<!doctype html>${'o'.repeat(3_000_000)}`), 'with a web page', {}],
    ['an answer that breaks off', breakingOff(), 'or its answer not be read', {}],
    ['no answer', hangingUp(), 'Slack could not be reached, or its answer not be read (ECONNRESET)', {}],
  ])('fails on %s', async (_, reply, message, details) => {
    receiver.reply = reply;

    const failure = await failureOf(post());

    expect(failure.message).toContain(message);
    expect(failure).toMatchObject({ code: 'notify.failed', details });
    expect(Object.keys(failure.details)).toEqual(Object.keys(details));
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    [400, 'not_here', 'Slack refused the message with 400 (not_here)'],
    [503, 'not_here', 'Slack answered 503 (not_here)'],
    [400, 'super_secret_word', 'Slack refused the message with 400'],
    [503, 'super_secret_word', 'Slack answered 503'],
    [400, 'not_here super_secret_word', 'Slack refused the message with 400'],
  ])('after %i %s says of it no more than a word that it is told to know', async (status, body, message) => {
    receiver.reply = answering(status, body);

    const failure = await failureOf(post({ errorWords: new Set(['not_here']) }));

    expect(failure.message).toBe(message);
  });

  it('says nothing of an answer where it is told no words', async () => {
    receiver.reply = answering(400, 'invalid_payload');

    expect((await failureOf(post())).message).toBe('Slack refused the message with 400');
  });

  it('fails when nobody listens', async () => {
    await receiver.stop();

    const failure = await failureOf(post());

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
    const failing = failureOf(post());
    await receiver.until(1);

    await clock.advance(9_999);
    const early = await Promise.race([failing, Promise.resolve('still waiting')]);
    await clock.advance(1);

    expect(early).toBe('still waiting');
    expect((await failing).message).toBe('Slack did not answer within 10 s');
    await hungUp;
    expect(clock.asleep).toBe(0);
  });

  it('asks no proxy that only the environment of the process names', async () => {
    const proxy = new Receiver();
    process.env['http_proxy'] = await proxy.start();

    try {
      await post();
    } finally {
      delete process.env['http_proxy'];
      await proxy.stop();
    }

    expect(receiver.received).toHaveLength(1);
    expect(proxy.received).toHaveLength(0);
  });

  function post(posting: Partial<Posting> = {}): Promise<string> {
    return notifyHttp(clock).post({ to: 'Slack', url, json: '{}', ...posting });
  }
});

function breakingOff(): Reply {
  return (response) => {
    response.writeHead(200, { 'content-length': '10' }).write('o', () => response.destroy());
  };
}

function limited(retryAfter: string): Reply {
  return answering(429, 'rate_limited', { 'retry-after': retryAfter });
}

async function failureOf(work: Promise<string>): Promise<UpdaterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpdaterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
