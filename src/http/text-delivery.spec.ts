import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../test/fakes/hand-clock.js';
import { UpdaterError } from '../common/errors.js';
import { createLog } from '../common/log.js';
import { TextDelivery } from './text-delivery.js';

/** Takes one piece after the other, each when a test lets it. */
class Connection extends Writable {
  readonly taken: string[] = [];
  private waiting: (() => void) | null = null;
  isEager = false;

  constructor(highWaterMark = 1) {
    super({ highWaterMark });
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const take = () => {
      this.waiting = null;
      this.taken.push(chunk.toString());
      done();
    };
    if (this.isEager) take();
    else this.waiting = take;
  }

  async takeOne(): Promise<void> {
    this.waiting?.();
    await idle();
  }
}

/** Says one piece after the other, then waits for its end. */
class Texts {
  asked = 0;
  isLeft = false;

  constructor(
    private readonly pieces: readonly string[],
    private readonly end: Promise<unknown> = Promise.resolve(),
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (const piece of this.pieces) {
        this.asked += 1;
        yield piece;
      }
      await this.end;
    } finally {
      this.isLeft = true;
    }
  }
}

describe(TextDelivery.name, () => {
  const PIECES = ['one', 'two', 'three'];
  let clock: HandClock;
  let logged: Record<string, unknown>[];
  let delivery: TextDelivery;
  let to: Connection;
  let stop: AbortController;

  beforeEach(() => {
    clock = new HandClock();
    logged = [];
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    delivery = new TextDelivery(
      clock,
      createLog({ level: 'info', format: 'json', secrets: [], destination }),
    );
    to = new Connection();
    stop = new AbortController();
  });

  async function sending(texts: AsyncIterable<string>): Promise<{ isDone: boolean }> {
    const state = { isDone: false };
    void delivery.send(texts, to, stop.signal).then(() => (state.isDone = true));
    await idle();
    return state;
  }

  it('sends everything, and then ends', async () => {
    to.isEager = true;

    const state = await sending(new Texts(PIECES));

    expect(to.taken).toEqual(PIECES);
    expect([to.writableFinished, state.isDone]).toEqual([true, true]);
    expect(clock.asleep).toBe(0);
  });

  it('asks for no more than its reader takes', async () => {
    const texts = new Texts(PIECES);
    await sending(texts);

    const before = texts.asked;
    await to.takeOne();

    expect([before, texts.asked]).toEqual([1, 2]);
  });

  it('cuts off a reader that takes nothing for 30 s', async () => {
    const texts = new Texts(PIECES);
    const state = await sending(texts);

    await clock.advance(29_999);
    const before = to.destroyed;
    await clock.advance(1);

    expect([before, to.destroyed]).toEqual([false, true]);
    expect([state.isDone, texts.isLeft]).toEqual([true, true]);
    expect(logged).toMatchObject([
      { level: 'info', message: expect.stringContaining('cut off'), waiting: 3 },
    ]);
  });

  it('is patient with a reader that is slow', async () => {
    const texts = new Texts(PIECES);
    const state = await sending(texts);

    for (const _ of PIECES) {
      await clock.advance(29_000);
      await to.takeOne();
    }

    expect(to.taken).toEqual(PIECES);
    expect([to.writableFinished, state.isDone]).toEqual([true, true]);
    expect(logged).toEqual([]);
  });

  it('cuts off a reader that does not take the last of it', async () => {
    to = new Connection(100);
    const state = await sending(new Texts(['one']));

    await clock.advance(29_999);
    const before = to.destroyed;
    await clock.advance(1);

    expect([before, to.destroyed, to.writableFinished, state.isDone]).toEqual([false, true, false, true]);
  });

  it('ends when it is told to', async () => {
    to.isEager = true;
    const texts = new Texts(PIECES, new Promise((resolve) => stop.signal.addEventListener('abort', resolve)));
    const state = await sending(texts);

    const before = state.isDone;
    stop.abort();
    await idle();

    expect([before, state.isDone, to.writableFinished]).toEqual([false, true, true]);
  });

  it('leaves a reader a second to take the rest when it is told to end', async () => {
    const texts = new Texts(
      ['one'],
      new Promise((resolve) => stop.signal.addEventListener('abort', resolve)),
    );
    const state = await sending(texts);

    stop.abort();
    await clock.advance(999);
    const before = to.destroyed;
    await clock.advance(1);

    expect([before, to.destroyed, state.isDone]).toEqual([false, true, true]);
  });

  it('lets go of the texts at once when its reader had gone before', async () => {
    const texts = new Texts(PIECES);
    to.destroy();
    await idle();

    const state = await sending(texts);

    expect([texts.asked, texts.isLeft, state.isDone]).toEqual([1, true, true]);
    expect(clock.asleep).toBe(0);
  });

  it('lets go of the texts when its reader has gone', async () => {
    const texts = new Texts(PIECES);
    const state = await sending(texts);

    to.destroy(new Error('connection reset'));
    stop.abort();
    await idle();

    expect([texts.asked, texts.isLeft, state.isDone]).toEqual([2, true, true]);
    expect(clock.asleep).toBe(0);
    expect(logged).toEqual([]);
  });

  it.each([
    ['warn', 'the disk is full', new UpdaterError('store.unavailable', 'the disk is full')],
    ['error', 'text-delivery.spec', new Error('a bug')],
  ])('breaks off when the texts do, and logs that as %s', async (level, words, error) => {
    to.isEager = true;
    const state = await sending(new Texts(PIECES, Promise.reject(error)));

    expect(to.taken).toEqual(PIECES);
    expect([to.destroyed, to.writableFinished, state.isDone]).toEqual([true, false, true]);
    expect(logged).toMatchObject([{ level, error: expect.stringContaining(words) }]);
  });
});
