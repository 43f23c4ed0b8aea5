import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { Clock } from '../../src/common/clock.js';
import { UpdaterError } from '../../src/common/errors.js';
import type { Notice } from '../../src/domain/notice.js';
import type { Notifier, NotifierType } from '../../src/notify/notifier.js';
import { NotifyHttp } from '../../src/notify/notify.http.js';
import { NOTIFIERS } from '../../src/notify/register.js';
import { SlackService } from '../../src/notify/slack.service.js';
import { TeamsService } from '../../src/notify/teams.service.js';
import { WebhookService } from '../../src/notify/webhook.service.js';
import { aChannel } from '../fakes/channels.js';
import { HandClock } from '../fakes/hand-clock.js';
import { notifyHttp } from '../fakes/notify-http.js';
import { answering, hanging, hangingUp, Receiver, trickling } from '../fakes/receiver.js';
import { aNotice } from '../fakes/records.js';

/** How each kind of the register is made. */
const MAKERS: ReadonlyMap<NotifierType, (http: NotifyHttp, clock: Clock) => Notifier> = new Map<
  NotifierType,
  (http: NotifyHttp, clock: Clock) => Notifier
>([
  [SlackService, (http) => new SlackService(http)],
  [WebhookService, (http, clock) => new WebhookService(http, clock)],
  [TeamsService, (http) => new TeamsService(http)],
]);

/** What the channels of a kind have besides a URL. */
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  webhook: { secret: 'hush-hush-signing-secret' },
};

const SECRET = 'hush-hush-T000-B000';
const HOSTILE = '<!channel> @here </script> ](https://evil) \u0000\u202e\ud83d | & ` " \\ \n';

describe.each(NOTIFIERS.map((kind) => [kind.name, kind] as const))('the notifier %s', (_, kind) => {
  let receiver: Receiver;
  let clock: HandClock;
  let url: string;

  beforeEach(async () => {
    receiver = new Receiver();
    clock = new HandClock();
    url = `${await receiver.start()}/hooks/${SECRET}`;
  });

  afterEach(() => receiver.stop());

  it('has a word of its own, by which channels name it', () => {
    const kinds = NOTIFIERS.map((each) => each.kind);

    expect(kind.kind).toMatch(/^[a-z]+$/);
    expect(make().kind).toBe(kind.kind);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it('has fields that do not take the place of those that all channels have', () => {
    for (const name of ['name', 'kind', 'url', 'tone', 'environments']) {
      expect(Object.keys(kind.fields)).not.toContain(name);
    }
  });

  it('delivers the facts of a notice in one request', async () => {
    await deliver(aNotice({ summary: '3 of 3 services upgraded' }));

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.headers['content-type']).toBe('application/json');
    expect(receiver.received[0]?.body).toContain('registry.acme.io/shop/web:2.1.0');
    expect(receiver.received[0]?.body).toContain('3 of 3 services upgraded');
    expect(clock.asleep).toBe(0);
  });

  it('delivers any number of services in a message of bounded size', async () => {
    const [line] = aNotice().lines;
    const lines = Array.from({ length: 2500 }, () => line).filter((one) => one !== undefined);

    await deliver(aNotice({ lines }));

    expect(receiver.received[0]?.body.length).toBeLessThan(100_000);
  });

  it('delivers hostile text', async () => {
    const [line] = aNotice().lines;
    if (!line) throw new Error('a notice has a line');
    const names = { environment: HOSTILE, stack: HOSTILE, service: HOSTILE, from: HOSTILE, to: HOSTILE };
    const lines = [{ ...line, ...names, outcome: HOSTILE, reason: HOSTILE, link: HOSTILE }];

    await deliver(aNotice({ image: HOSTILE, summary: HOSTILE, caller: HOSTILE, lines }));

    expect(receiver.received).toHaveLength(1);
    expect(() => JSON.parse(receiver.received[0]?.body ?? '') as unknown).not.toThrow();
  });

  it('answers what the receiver said', async () => {
    expect(await deliver(aNotice())).toMatch(/ answered 200$/);
  });

  it.each([
    ['400', true],
    ['404', true],
    ['410', true],
    ['408', undefined],
    ['429', undefined],
    ['503', undefined],
  ])('says of %s whether it is of use to try again', async (status, permanent) => {
    receiver.reply = answering(Number(status));

    expect((await failureOf(deliver(aNotice()))).details.permanent).toBe(permanent);
  });

  it.each([
    ['too many requests', answering(429, SECRET, { 'retry-after': '7' })],
    ['an error', answering(500, SECRET)],
    ['a refusal', answering(404, SECRET)],
    ['a redirect', answering(302, SECRET, { location: `/hooks/${SECRET}` })],
    ['a web page', answering(200, `<html>${SECRET}</html>`)],
    ['an endless text', answering(500, SECRET.repeat(100_000))],
    ['a connection that is cut', hangingUp()],
  ])('tells of %s without its secret', async (_what, reply) => {
    receiver.reply = reply;

    const failure = await failureOf(deliver(aNotice()));

    expect(failure).toMatchObject({ code: 'notify.failed', message: expect.stringMatching(/\w+ \w+/) });
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    expect(receiver.received).toHaveLength(1);
  });

  it('tells of a receiver that is not there without its secret', async () => {
    await receiver.stop();

    const failure = await failureOf(deliver(aNotice()));

    expect(failure.code).toBe('notify.failed');
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
  });

  it('passes on the pause that the receiver asks for', async () => {
    receiver.reply = answering(429, '', { 'retry-after': '7' });

    const failure = await failureOf(deliver(aNotice()));

    expect(failure.details.retryAfterMs).toBe(7000);
  });

  it.each([
    ['never answers', hanging()],
    ['never ends its answer', trickling()],
  ])('waits at most a minute for a receiver that %s', async (_what, reply) => {
    receiver.reply = reply;
    const failing = failureOf(deliver(aNotice()));
    await receiver.until(1);

    await clock.advance(60_000);

    expect((await failing).code).toBe('notify.failed');
  });

  function make(): Notifier {
    const maker = MAKERS.get(kind);
    if (maker) return maker(notifyHttp(clock), clock);
    throw new Error(`say in MAKERS how a ${kind.name} is made`);
  }

  function deliver(notice: Notice): Promise<string> {
    return make().deliver(aChannel({ kind: kind.kind, url, own: OWN[kind.kind] ?? {} }), notice);
  }
});

async function failureOf(work: Promise<string>): Promise<UpdaterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpdaterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
