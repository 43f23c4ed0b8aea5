import { HttpService } from '@nestjs/axios';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { inspect } from 'node:util';
import type { Clock } from '../../src/common/clock.js';
import { UpdaterError } from '../../src/common/errors.js';
import type { Notifier } from '../../src/notify/notifier.js';
import { NOTIFIERS } from '../../src/notify/notify.module.js';
import { SlackService } from '../../src/notify/slack.service.js';
import { SlackSettings } from '../../src/notify/slack.settings.js';
import { HandClock } from '../fakes/hand-clock.js';
import { answering, hanging, hangingUp, Receiver, trickling } from '../fakes/receiver.js';
import { aNotice } from '../fakes/records.js';

type Make = (url: string | undefined, clock: Clock) => Notifier;

/** How each kind of the register is made to deliver to a URL; without one it is switched off. */
const MAKERS: ReadonlyMap<Type<Notifier>, Make> = new Map<Type<Notifier>, Make>([
  [
    SlackService,
    (url, clock) => {
      const settings = Object.assign(new SlackSettings(), { AUTOUPDATE_SLACK_WEBHOOK_URL: url });
      return new SlackService(settings, new HttpService(), clock);
    },
  ],
]);

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

  it('has a name of its own', () => {
    const names = NOTIFIERS.map((each) => make(each, url).name);

    expect(make(kind, url).name).toMatch(/^[a-z][a-z0-9_-]*$/);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is switched on and off by its settings', () => {
    expect(make(kind, url).enabled).toBe(true);
    expect(make(kind, undefined).enabled).toBe(false);
  });

  it('delivers the facts of a notice in one request', async () => {
    await make(kind, url).deliver(aNotice({ summary: '3 of 3 services upgraded' }));

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body).toContain('registry.acme.io/shop/web:2.1.0');
    expect(receiver.received[0]?.body).toContain('3 of 3 services upgraded');
    expect(clock.asleep).toBe(0);
  });

  it('delivers any number of services in a message of bounded size', async () => {
    const [line] = aNotice().lines;
    const lines = Array.from({ length: 2500 }, () => line).filter((one) => one !== undefined);

    await make(kind, url).deliver(aNotice({ lines }));

    expect(receiver.received[0]?.body.length).toBeLessThan(100_000);
  });

  it('delivers hostile text', async () => {
    const [line] = aNotice().lines;
    if (!line) throw new Error('a notice has a line');
    const names = { environment: HOSTILE, stack: HOSTILE, service: HOSTILE, from: HOSTILE, to: HOSTILE };
    const lines = [{ ...line, ...names, outcome: HOSTILE, reason: HOSTILE, link: HOSTILE }];

    await make(kind, url).deliver(aNotice({ image: HOSTILE, summary: HOSTILE, lines }));

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body).not.toContain('<!channel>');
  });

  it.each([
    ['too many requests', answering(429, SECRET, { 'retry-after': '7' })],
    ['an error', answering(500, SECRET)],
    ['a refusal', answering(404, SECRET)],
    ['a redirect', answering(302, SECRET, { location: `/hooks/${SECRET}` })],
    ['a web page', answering(200, `<html>${SECRET}</html>`)],
    ['an endless text', answering(200, SECRET.repeat(100_000))],
    ['a connection that is cut', hangingUp()],
  ])('tells of %s without its secret', async (_what, reply) => {
    receiver.reply = reply;

    const failure = await failureOf(make(kind, url).deliver(aNotice()));

    expect(failure).toMatchObject({ code: 'notify.failed', message: expect.stringMatching(/\w+ \w+/) });
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
    expect(receiver.received).toHaveLength(1);
  });

  it('tells of a receiver that is not there without its secret', async () => {
    await receiver.stop();

    const failure = await failureOf(make(kind, url).deliver(aNotice()));

    expect(failure.code).toBe('notify.failed');
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
  });

  it('passes on the pause that the receiver asks for', async () => {
    receiver.reply = answering(429, '', { 'retry-after': '7' });

    const failure = await failureOf(make(kind, url).deliver(aNotice()));

    expect(failure.details.retryAfterMs).toBe(7000);
  });

  it.each([
    ['never answers', hanging()],
    ['never ends its answer', trickling()],
  ])('waits at most a minute for a receiver that %s', async (_what, reply) => {
    receiver.reply = reply;
    const failing = failureOf(make(kind, url).deliver(aNotice()));
    await receiver.until(1);

    await clock.advance(60_000);

    expect((await failing).code).toBe('notify.failed');
  });

  function make(each: Type<Notifier>, to: string | undefined): Notifier {
    const maker = MAKERS.get(each);
    if (maker) return maker(to, clock);
    throw new Error(`say in MAKERS how a ${each.name} is made`);
  }
});

async function failureOf(work: Promise<void>): Promise<UpdaterError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpdaterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
