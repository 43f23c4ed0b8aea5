import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { aChannel } from '../../../test/fakes/channels.js';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { aLine, aNotice, anOutboxItem, NOON, noonPlus } from '../../../test/fakes/records.js';
import { Ending } from '../../common/ending.js';
import { UpdaterError, type ErrorDetails } from '../../common/errors.js';
import { createLog } from '../../common/log.js';
import type { Notice } from '../../domain/notice.js';
import { Notifier } from '../../notify/notifier.js';
import type { Channel } from '../../notify/channel.js';
import { NotifyService, type Delivery } from '../../notify/notify.service.js';
import { SqliteStore } from '../../store/sqlite/sqlite.store.js';
import { StoreSettings } from '../../store/store.settings.js';
import type { Change, OutboxHead, OutboxItem, Written } from '../../store/upgrade-store.js';
import { Outbox } from './outbox.js';

const HOUR = 3600;

/** Delivers into a list, unless it is told otherwise. */
class Postbox extends Notifier {
  /** "second upgrade": when which notice was tried. */
  readonly tried: string[] = [];
  /** Every notice that was tried. */
  readonly notices: Notice[] = [];
  answer: (notice: Notice) => Promise<void> = () => Promise.resolve();

  constructor(
    override readonly kind: string,
    private readonly clock: HandClock,
  ) {
    super();
  }

  override async deliver(_: Channel, notice: Notice): Promise<string> {
    const { upgradeId, digest } = notice;
    const seconds = (this.clock.now().getTime() - NOON.getTime()) / 1000;
    this.tried.push(`${seconds} ${digest ? `digest of ${digest.count}` : upgradeId}`);
    this.notices.push(notice);
    await this.answer(notice);
    return 'taken';
  }
}

class FaultyStore extends SqliteStore {
  readFault: Error | null = null;
  itemFault: Error | null = null;
  writeFault: Error | null = null;
  reads = 0;

  override commit(change: Change): Promise<Written> {
    return this.writeFault ? Promise.reject(this.writeFault) : super.commit(change);
  }

  override outboxHeads(): Promise<readonly OutboxHead[]> {
    this.reads += 1;
    return this.readFault ? Promise.reject(this.readFault) : super.outboxHeads();
  }

  override outbox(channel: string, limit: number, skip?: number): Promise<readonly OutboxItem[]> {
    return this.itemFault ? Promise.reject(this.itemFault) : super.outbox(channel, limit, skip);
  }
}

describe(Outbox.name, () => {
  let clock: HandClock;
  let logged: Record<string, unknown>[];
  let store: FaultyStore;
  let slack: Postbox;
  let mail: Postbox;
  let outboxes: Outbox[];
  let deliveries: Delivery[];

  beforeEach(() => {
    clock = new HandClock(NOON.getTime());
    logged = [];
    const settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: ':memory:' });
    store = new FaultyStore(settings, clock, log(), new Ending());
    store.onModuleInit();
    slack = new Postbox('slack', clock);
    mail = new Postbox('mail', clock);
    outboxes = [];
    deliveries = [];
    logged.length = 0;
  });

  afterEach(async () => {
    await Promise.all(outboxes.map((outbox) => outbox.beforeApplicationShutdown()));
    await store.onApplicationShutdown();
  });

  it('delivers what an earlier process has left, and says so', async () => {
    await put(anOutboxItem());

    await start();

    expect(slack.tried).toEqual(['0 u1']);
    expect(await waiting()).toEqual([]);
    expect(logged).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'notice delivered',
        upgrade: 'u1',
        request: 'request-1',
        caller: null,
        channel: 'slack',
        notice: 'o1',
        attempts: 1,
      }),
    ]);
  });

  it.each<[string, ErrorDetails | null]>([
    ['notice delivered', null],
    ['notice not delivered, will be tried again', {}],
    ['notice given up', { permanent: true }],
  ])('logs by what address it was asked for where nobody knows a name: %s', async (message, details) => {
    if (details) slack.answer = () => Promise.reject(new UpdaterError('notify.failed', 'no', details));
    await put(anOutboxItem({ payload: { ...aNotice(), callerWord: '10.0.0.7' } }));

    await start();

    expect(logged).toMatchObject([{ message, caller: '10.0.0.7' }]);
  });

  it('delivers what is put in while it waits, at once', async () => {
    await start();

    await put(anOutboxItem());

    expect(slack.tried).toEqual(['0 u1']);
  });

  it('delivers nothing before its time', async () => {
    await put(anOutboxItem({ dueAt: noonPlus(90) }));
    await start();

    await clock.advance(89_999);
    const early = [...slack.tried];
    await clock.advance(1);

    expect([early, slack.tried]).toEqual([[], ['90 u1']]);
  });

  it('tries again after growing pauses, and warns once of each reason', async () => {
    const reasons = ['HTTP 502', 'HTTP 502', 'HTTP 502', 'HTTP 503', null];
    slack.answer = async () => {
      const reason = reasons.shift();
      if (reason) throw failure(reason);
    };
    await put(anOutboxItem());
    await start();

    await clock.advance(60_000);

    expect(slack.tried).toEqual(['0 u1', '2 u1', '6 u1', '14 u1', '30 u1']);
    expect(logged).toMatchObject([
      { level: 'warn', reason: 'HTTP 502', attempts: 1 },
      { level: 'warn', reason: 'HTTP 503', attempts: 4 },
      { level: 'info', message: 'notice delivered', attempts: 5 },
    ]);
  });

  it('waits as long as the receiver asks', async () => {
    slack.answer = async () => {
      if (slack.tried.length === 1) throw failure('HTTP 429', { retryAfterMs: 45_000 });
    };
    await put(anOutboxItem());
    await start();

    await clock.advance(60_000);

    expect(slack.tried).toEqual(['0 u1', '45 u1']);
  });

  it('tries again what failed as nobody foresaw, and logs the stack', async () => {
    slack.answer = async () => {
      if (slack.tried.length === 1) throw new TypeError('lines is not iterable');
    };
    await put(anOutboxItem());
    await start();

    await clock.advance(2000);

    expect(slack.tried).toEqual(['0 u1', '2 u1']);
    expect(logged[0]).toMatchObject({
      level: 'warn',
      reason: 'lines is not iterable',
      error: expect.stringContaining('outbox.spec'),
    });
  });

  it.each<[string, Partial<OutboxItem>, ErrorDetails, string]>([
    ['what is refused for good', {}, { permanent: true }, 'no'],
    ['after a day', { createdAt: noonPlus(-24 * HOUR), attempts: 290 }, {}, 'no'],
    ['what nobody can deliver any more', { channel: 'pager' }, {}, 'no channel "pager" is configured'],
    ['what it cannot read', { payload: { v: 0 } }, {}, 'it was stored by another version of this service'],
  ])('gives up %s, and says so', async (_, overrides, details, reason) => {
    slack.answer = () => Promise.reject(failure('no', details));
    await put(anOutboxItem(overrides));
    await start();

    await clock.advance(HOUR * 1000);

    expect(slack.tried.length).toBeLessThan(2);
    expect(await waiting()).toEqual([]);
    expect(logged).toMatchObject([
      { level: 'error', message: 'notice given up', reason: expect.stringContaining(reason) },
    ]);
  });

  it('keeps the order of a channel while one of its notices fails', async () => {
    slack.answer = async () => {
      if (clock.now() < noonPlus(5)) throw failure('HTTP 502');
    };
    await put(...numbered(1, 2, 3));
    await start();

    await clock.advance(1000);
    await put(...numbered(4));
    await clock.advance(60_000);

    expect(slack.tried).toEqual(['0 u1', '2 u1', '6 u1', '6 u2', '6 u3', '6 u4']);
  });

  it('lets those behind it wait for a notice that keeps failing, in order, until all go as one digest', async () => {
    slack.answer = async ({ digest }) => {
      if (!digest) throw failure('HTTP 500');
    };
    await put(...numbered(1, 2, 3));
    await start();

    await clock.advance(2 * HOUR * 1000);

    expect(slack.tried.filter((one) => !one.endsWith(' u1'))).toEqual([
      expect.stringMatching(/^3[6-8]\d\d digest of 3$/),
    ]);
    expect(await waiting()).toEqual([]);
  });

  it('sends all that waits behind what has waited for an hour as one digest, and what comes then by itself', async () => {
    slack.answer = async () => {
      if (clock.now() < noonPlus(2 * HOUR)) throw failure('HTTP 502');
    };
    await put(...numbered(1, 2, 3));
    await start();

    await clock.advance(2 * HOUR * 1000 + 300_000);
    await put(anOutboxItem({ id: 'o9', payload: aNotice({ upgradeId: 'u9' }), createdAt: clock.now() }));

    expect(slack.tried.slice(-2)).toEqual([
      expect.stringMatching(/^7\d\d\d digest of 3$/),
      expect.stringMatching(/ u9$/),
    ]);
    expect(slack.notices.at(-2)?.lines).toMatchObject([{ id: 'u3' }, { id: 'u2' }, { id: 'u1' }]);
    expect(await waiting()).toEqual([]);
    expect(logged.at(-2)).toMatchObject({ message: 'notice delivered', upgrade: 'u1', notices: 3 });
  });

  it('sends the same digest again under the same id, and another once there is more to tell', async () => {
    slack.answer = () => Promise.reject(failure('HTTP 502'));
    await put(...aged(2 * HOUR, 1, 2));
    await start();
    await clock.advance(2000);

    await put(...aged(0, 3));
    await clock.advance(4000);

    const [first, second, third] = slack.notices.map(({ id }) => id);
    expect(slack.tried).toEqual(['0 digest of 2', '2 digest of 2', '6 digest of 3']);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('makes one digest of hundreds', async () => {
    const numbers = Array.from({ length: 320 }, (_, index) => index + 1);
    await put(...aged(3 * HOUR, ...numbers));

    await start();
    await clock.advance(1000);

    expect(slack.tried).toEqual(['0 digest of 320']);
    expect(await waiting()).toEqual([]);
    expect(deliveries).toEqual([{ channel: 'slack', kind: 'slack', notices: { delivered: 320 }, ms: 0 }]);
  });

  it('gives up of a backlog what is a day old, and goes on with the rest', async () => {
    slack.answer = async () => {
      if (clock.now() < noonPlus(60)) throw failure('HTTP 502');
    };
    await put(...aged(25 * HOUR, 1, 2), ...aged(HOUR, 3, 4));
    await start();

    const left = await waiting();
    await clock.advance(120_000);

    expect(left).toEqual(['o3', 'o4']);
    expect(slack.tried).toEqual(['0 digest of 4', ...[2, 6, 14, 30, 62].map((s) => `${s} digest of 2`)]);
    expect(deliveries.slice(0, 2).map(({ notices }) => notices)).toEqual([
      { deferred: 2, given_up: 2 },
      { deferred: 2, given_up: 0 },
    ]);
    expect(logged).toMatchObject([
      { level: 'error', message: 'notice given up', upgrade: 'u1', notice: 'o1', reason: 'HTTP 502' },
      { level: 'error', message: 'notice given up', upgrade: 'u2', notice: 'o2', reason: 'HTTP 502' },
      { level: 'warn', message: 'notice not delivered, will be tried again', upgrade: 'u3', notices: 2 },
      { level: 'info', message: 'notice delivered', upgrade: 'u3', notices: 2, attempts: 6 },
    ]);
  });

  it('reports of each attempt what was decided after it, and how long it took', async () => {
    slack.answer = async () => {
      await clock.sleep(40);
      if (slack.tried.length === 1) throw failure('HTTP 502');
    };
    await put(...numbered(1), { ...anOutboxItem({ id: 'o2', channel: 'pager' }), payload: { v: 0 } });
    await start();

    await clock.advance(2100);

    const about = { channel: 'slack', kind: 'slack', ms: 40 };
    expect(deliveries).toEqual([
      { channel: 'pager', kind: null, notices: { given_up: 1 }, ms: null },
      { ...about, notices: { deferred: 1, given_up: 0 } },
      { ...about, notices: { delivered: 1 } },
    ]);
  });

  it('gives up of a refused digest only what is itself refused, and keeps the order', async () => {
    refuse(
      ({ upgradeId, lines }) => upgradeId === 'u5' || lines.some((line) => 'id' in line && line.id === 'u5'),
    );
    await put(...aged(2 * HOUR, 1, 2, 3, 4, 5, 6, 7, 8));

    await start();

    const sizes = ['digest of 8', 'digest of 4', 'digest of 4', 'digest of 2', 'u5', 'u6', 'digest of 2'];
    expect(slack.tried).toEqual(sizes.map((one) => `0 ${one}`));
    expect(slack.notices.at(-1)?.lines).toMatchObject([{ id: 'u8' }, { id: 'u7' }]);
    expect(await waiting()).toEqual([]);
    expect(deliveries.map(({ notices }) => notices)).toEqual([
      { deferred: 8 },
      { delivered: 4 },
      { deferred: 4 },
      { deferred: 2 },
      { given_up: 1 },
      { delivered: 1 },
      { delivered: 2 },
    ]);
    expect(logged.filter(({ level }) => level !== 'info')).toMatchObject([
      { level: 'warn', message: 'digest refused, will be sent in parts', upgrade: 'u1', notices: 8 },
      { level: 'error', message: 'notice given up', upgrade: 'u5', notice: 'o5', reason: 'refused with 400' },
    ]);
  });

  it.each([
    ['as a digest', false],
    ['as too large without a line', true],
  ])('loses nothing of a backlog that is refused %s, but not one by one', async (_, isTooLarge) => {
    refuse(({ digest }) => digest !== null, { isTooLarge });
    await put(...aged(1.5 * HOUR, 1, 2, 3, 4, 5, 6));

    await start();

    expect(slack.tried.slice(-6)).toEqual(['u1', 'u2', 'u3', 'u4', 'u5', 'u6'].map((one) => `0 ${one}`));
    expect(deliveries.flatMap(({ notices }) => notices.given_up ?? [])).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  it('gives up a whole backlog after a few tries where all is refused, and says so of each, but not what has come since', async () => {
    refuse(({ upgradeId }) => upgradeId !== 'u999');
    const numbers = Array.from({ length: 320 }, (_, index) => index + 1);
    await put(...aged(2 * HOUR, ...numbers));
    const refusing = slack.answer;
    slack.answer = async (notice) => {
      if (notice.upgradeId === 'u1') await store.commit({ outbox: aged(0, 999) });
      await refusing(notice);
    };

    await start();
    await clock.advance(1000);

    const halves = [320, 160, 80, 40, 20, 10, 5, 2].map((count) => `digest of ${count}`);
    expect(slack.tried).toEqual([...halves, 'u1', 'u2', 'u3', 'u4', 'u5', 'u999'].map((one) => `0 ${one}`));
    expect(await waiting()).toEqual([]);
    expect(logged.filter(({ level }) => level === 'error')).toMatchObject(
      numbers.map((number) => ({ message: 'notice given up', upgrade: `u${number}` })),
    );
    expect(deliveries.slice(-2).map(({ notices }) => notices)).toEqual([{ given_up: 316 }, { delivered: 1 }]);
  });

  it('gives up the rest of a backlog, and no more, after a hundred refusals', async () => {
    refuse(({ upgradeId, digest }) => digest !== null || Number(upgradeId?.slice(1)) % 2 === 0);
    const refusing = slack.answer;
    slack.answer = async (notice) => {
      if (slack.tried.length === 1) await store.commit({ outbox: aged(0, 999) });
      await refusing(notice);
    };
    const numbers = Array.from({ length: 320 }, (_, index) => index + 1);
    await put(...aged(2 * HOUR, ...numbers));

    await start();
    await untilNoneWaits();

    expect(slack.tried.at(-2)).toMatch(/ digest of \d+$/);
    expect(slack.tried.at(-1)).toBe('0 u999');
    expect(slack.tried.length).toBeLessThan(150);
    expect(deliveries.filter(({ notices }) => !notices.delivered)).toHaveLength(100);
  });

  it('goes on with the parts of a refused digest after a failure that passes', async () => {
    refuse(({ digest }) => digest?.count === 4);
    const refusing = slack.answer;
    slack.answer = async (notice) => {
      if (slack.tried.length === 2) throw failure('HTTP 502');
      await refusing(notice);
    };
    await put(...aged(2 * HOUR, 1, 2, 3, 4));
    await start();

    await clock.advance(2000);

    expect(slack.tried).toEqual(['0 digest of 4', '0 digest of 2', '2 digest of 2', '2 digest of 2']);
    expect(await waiting()).toEqual([]);
  });

  it('gives up of the parts of a refused digest, too, what is a day old', async () => {
    refuse(({ digest }) => digest?.count === 4);
    const refusing = slack.answer;
    slack.answer = async (notice) => {
      if (slack.tried.length === 2) throw failure('HTTP 502');
      await refusing(notice);
    };
    await put(...aged(25 * HOUR, 1), ...aged(2 * HOUR, 2, 3, 4));
    await start();

    await clock.advance(2000);

    expect(slack.tried).toEqual(['0 digest of 4', '0 digest of 2', '2 digest of 2', '2 u4']);
    expect(await waiting()).toEqual([]);
  });

  it.each([
    [1, 'u1'],
    [60, 'digest of 60'],
  ])('tells of %i in fewer lines what a channel finds too large', async (count, what) => {
    slack.answer = async ({ lines }) => {
      if (lines.length > 5) throw failure('413', { permanent: true, isTooLarge: true });
    };
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const lines = Array.from({ length: 50 }, () => aLine());
    const items = aged(2 * HOUR, ...numbers);
    await put(...items.map((item) => ({ ...item, payload: { ...(item.payload as Notice), lines } })));

    await start();

    const [first, , last] = slack.notices;
    expect(slack.tried).toEqual([what, what, what].map((one) => `0 ${one}`));
    expect(slack.notices.map((one) => one.lines.length)).toEqual([50, 12, 3]);
    expect(last).toEqual({ ...first, lines: first?.lines.slice(0, 3), more: (first?.more ?? 0) + 47 });
    expect(await waiting()).toEqual([]);
    expect(deliveries.map(({ notices }) => notices)).toEqual([{ delivered: count }]);
    expect(logged.map(({ message }) => message)).toEqual([
      'notice too large, will be shorter',
      'notice too large, will be shorter',
      'notice delivered',
    ]);
  });

  it('gives up what is too large without a line, and tries again what fails otherwise meanwhile', async () => {
    slack.answer = async ({ upgradeId }) => {
      if (upgradeId === 'u2' && slack.tried.length === 4) throw failure('HTTP 502');
      throw failure('413', { permanent: true, isTooLarge: true });
    };
    await put(...numbered(1, 2));

    await start();

    expect(slack.notices.map(({ lines }) => lines.length)).toEqual([1, 0, 1, 0]);
    expect(await waiting()).toEqual(['o2']);
    expect(deliveries.map(({ notices }) => notices)).toEqual([{ given_up: 1 }, { deferred: 1, given_up: 0 }]);
  });

  it('keeps trying one that is alone, until it is a day old', async () => {
    slack.answer = () => Promise.reject(failure('HTTP 502'));
    await put(anOutboxItem());
    await start();

    await clock.advance(25 * HOUR * 1000);

    expect(slack.tried.length).toBeGreaterThan(280);
    expect(slack.tried.at(-1)).toMatch(/^86[4-6]\d\d u1$/);
    expect(await waiting()).toEqual([]);
    expect(deliveries.at(-1)?.notices).toEqual({ deferred: 0, given_up: 1 });
  });

  it('does not let a thousand notices of a dead channel delay another', async () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
    slack.answer = () => new Promise(() => undefined);
    await put(...numbered(...numbers), ...numbered(1001).map((item) => ({ ...item, channel: 'mail' })));

    await start(false);

    expect(slack.tried).toHaveLength(1);
    expect(mail.tried).toEqual(['0 u1001']);
  });

  it('waits a little where one channel cannot be read, and goes on', async () => {
    await put(anOutboxItem());
    store.itemFault = new UpdaterError('store.unavailable', 'the disk is gone');
    await start();
    const { reads } = store;
    await clock.advance(4999);
    const meanwhile = store.reads;

    store.itemFault = null;
    await clock.advance(1);

    expect([reads, meanwhile]).toEqual([1, 1]);
    expect(slack.tried).toEqual(['5 u1']);
  });

  it('does not let one channel wait for another', async () => {
    slack.answer = () => new Promise(() => undefined);
    const mails = numbered(2, 3).map((item) => ({ ...item, channel: 'mail' }));
    await put(...numbered(1), ...mails);

    await start(false);

    expect([slack.tried, mail.tried]).toEqual([['0 u1'], ['0 u2', '0 u3']]);
  });

  it('delivers one at a time on a channel, and many in order', async () => {
    let open = 0;
    let most = 0;
    slack.answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
    };
    const numbers = Array.from({ length: 120 }, (_, index) => index + 1);
    await put(...numbered(...numbers));

    await start();
    await untilNoneWaits();

    expect(most).toBe(1);
    expect(slack.tried).toEqual(numbers.map((number) => `0 u${number}`));
  });

  it('lives on when the store cannot be read, and says so once, and that it is over', async () => {
    await put(anOutboxItem());
    store.readFault = new UpdaterError('store.unavailable', 'the disk is gone');
    await start();
    await clock.advance(60_000);
    const { reads } = store;

    store.readFault = null;
    await clock.advance(5000);

    expect(reads).toBe(13);
    expect(slack.tried).toEqual(['65 u1']);
    expect(logged).toMatchObject([
      {
        level: 'error',
        message: 'the outbox cannot be read',
        reason: 'the disk is gone',
      },
      { level: 'info', message: 'over: the outbox cannot be read' },
      { level: 'info', message: 'notice delivered' },
    ]);
  });

  it('does not deliver twice because the store could not take the result', async () => {
    await put(anOutboxItem());
    store.writeFault = new UpdaterError('store.unavailable', 'the disk is full');
    await start();
    await clock.advance(10 * 60_000);

    store.writeFault = null;
    await clock.advance(5000);

    expect(slack.tried).toEqual(['0 u1']);
    expect(await waiting()).toEqual([]);
    expect(logged.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'the outbox cannot be written', reason: 'the disk is full' },
    ]);
  });

  it('lets a delivery under way end at shutdown, and leaves the rest to its successor', async () => {
    const gate = new EventEmitter();
    slack.answer = async () => void (await once(gate, 'open'));
    await put(...numbered(1, 2));
    const outbox = await start();

    const stopped = outbox.beforeApplicationShutdown();
    await idle();
    const left = await waiting();
    gate.emit('open');
    await stopped;

    expect([left, await waiting()]).toEqual([['o1', 'o2'], ['o2']]);
    await start();
    expect(slack.tried).toEqual(['0 u1', '0 u2']);
    gate.emit('open');
  });

  it('leaves what a killed process had in hand to its successor', async () => {
    slack.answer = () => new Promise(() => undefined);
    await put(anOutboxItem());
    await start(false);

    slack.answer = () => Promise.resolve();
    await start();

    expect(slack.tried).toEqual(['0 u1', '0 u1']);
    expect(await waiting()).toEqual([]);
  });

  it('stops even if the store does not take a result', async () => {
    await put(anOutboxItem());
    store.writeFault = new UpdaterError('store.unavailable', 'the disk is full');
    const outbox = await start();

    await outbox.beforeApplicationShutdown();

    expect(clock.asleep).toBe(0);
    expect(await waiting()).toEqual(['o1']);
  });

  /** Refuses for good, as a receiver does that answers 400 or 413. */
  function refuse(isRefused: (notice: Notice) => boolean, details: ErrorDetails = {}): void {
    slack.answer = async (notice) => {
      if (isRefused(notice)) throw failure('refused with 400', { permanent: true, ...details });
    };
  }

  /** @param tidy stop it after the test; it never ends where a delivery hangs */
  async function start(tidy = true): Promise<Outbox> {
    const channels = [aChannel(), aChannel({ name: 'mail', kind: 'mail' })];
    const notify = new NotifyService([slack, mail], channels, clock, log());
    notify.deliveries$.subscribe((delivery) => deliveries.push(delivery));
    const outbox = new Outbox(store, notify, clock, log());
    if (tidy) outboxes.push(outbox);
    outbox.onApplicationBootstrap();
    await idle();
    return outbox;
  }

  async function put(...items: readonly OutboxItem[]): Promise<void> {
    await store.commit({ outbox: items });
    await idle();
  }

  /** Until all that waits for nothing but its turn is told or given up. */
  async function untilNoneWaits(): Promise<void> {
    while ((await waiting()).length > 0) await idle();
  }

  async function waiting(): Promise<readonly string[]> {
    const channels = ['mail', 'pager', 'slack'];
    const items = await Promise.all(channels.map((channel) => store.outbox(channel, 1000)));
    return items.flat().map((item) => item.id);
  }

  function log() {
    return createLog({
      level: 'info',
      format: 'json',
      secrets: [],
      destination: { write: (line: string) => logged.push(JSON.parse(line)) },
    });
  }
});

/** Notices of the upgrades u1, u2 …, each a millisecond younger than the one before. */
function numbered(...numbers: readonly number[]): readonly OutboxItem[] {
  return numbers.map((number) =>
    anOutboxItem({
      id: `o${number}`,
      payload: aNotice({ id: `n${number}`, upgradeId: `u${number}` }),
      createdAt: noonPlus(-1 + number / 1000),
    }),
  );
}

/** The same, so many seconds old. */
function aged(seconds: number, ...numbers: readonly number[]): readonly OutboxItem[] {
  return numbered(...numbers).map((item) => ({ ...item, createdAt: noonPlus(-seconds) }));
}

function failure(message: string, details: ErrorDetails = {}): UpdaterError {
  return new UpdaterError('notify.failed', message, details);
}
