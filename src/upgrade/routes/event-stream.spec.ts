import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { anEntry } from '../../../test/fakes/kept.js';
import { anUpgrade, aRollout, NOON } from '../../../test/fakes/records.js';
import { Ending } from '../../common/ending.js';
import { createLog } from '../../common/log.js';
import type { JournalEntry, UpgradeStatus } from '../../domain/upgrade.js';
import { SqliteStore } from '../../store/sqlite/sqlite.store.js';
import { StoreSettings } from '../../store/store.settings.js';
import type { JournalQuery, UpgradeRecord } from '../../store/upgrade-store.js';
import { EventStream, type EventsQuery } from './event-stream.js';

const OPENING = 'retry: 3000\n\n';
const HEARTBEAT = ':\n\n';

/** SQLite in memory, whose answers about the journal a test can hold back. */
class HeldStore extends SqliteStore {
  reads = 0;
  finds = 0;
  /** What an answer waits for after it was read. */
  private gate: Promise<unknown> | null = null;

  /** Holds answers back until what it answers is called. */
  hold(): () => void {
    const held = new AbortController();
    this.gate = once(held.signal, 'abort');
    return () => {
      this.gate = null;
      held.abort();
    };
  }

  override find(upgradeId: string): Promise<UpgradeRecord | null> {
    this.finds += 1;
    return super.find(upgradeId);
  }

  override async journal(query: JournalQuery): Promise<readonly JournalEntry[]> {
    this.reads += 1;
    const found = await super.journal(query);
    await this.gate;
    return found;
  }
}

/** Takes what a stream says, as fast as it says it. */
class Reader {
  private readonly leaving = new AbortController();
  readonly end: Promise<void>;
  texts: string[] = [];
  hasEnded = false;

  constructor(stream: EventStream) {
    this.end = this.read(stream.texts(this.leaving.signal));
    this.end.catch(() => undefined);
  }

  leave(): void {
    this.leaving.abort();
  }

  get ids(): readonly number[] {
    return [...this.texts.join('').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  }

  get data(): readonly Record<string, { readonly name: string } | null>[] {
    return [...this.texts.join('').matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  }

  private async read(texts: AsyncIterable<string>): Promise<void> {
    for await (const text of texts) this.texts.push(text);
    this.hasEnded = true;
  }
}

describe(EventStream.name, () => {
  let clock: HandClock;
  let store: HeldStore;
  let streams: EventStream[];
  let readers: Reader[];

  beforeEach(async () => {
    clock = new HandClock(NOON.getTime());
    store = new HeldStore(
      Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: ':memory:' }),
      clock,
      createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } }),
      new Ending(),
    );
    store.onModuleInit();
    streams = [];
    readers = [];
    await store.commit({ upgrade: anUpgrade() });
    await store.commit({ upgrade: anUpgrade({ id: 'u2' }) });
  });

  afterEach(async () => {
    for (const reader of readers) reader.leave();
    for (const stream of streams) stream.close();
    await store.onApplicationShutdown();
  });

  async function opened(query: Partial<EventsQuery> = {}): Promise<EventStream> {
    const stream = new EventStream(store, clock, { upgradeId: null, after: null, ...query });
    streams.push(stream);
    await stream.open();
    return stream;
  }

  function readerOf(stream: EventStream): Reader {
    const reader = new Reader(stream);
    readers.push(reader);
    return reader;
  }

  async function reading(query: Partial<EventsQuery> = {}): Promise<Reader> {
    const reader = readerOf(await opened(query));
    await idle();
    return reader;
  }

  /** Writes entries, each in a change of its own, but together. */
  async function write(count: number, upgradeId = 'u1'): Promise<void> {
    const commits = Array.from({ length: count }, () => store.commit({ journal: [anEntry({ upgradeId })] }));
    await Promise.all(commits);
    await idle();
  }

  /** Gives `u1` a status, and says so in the journal. */
  async function become(status: UpgradeStatus): Promise<void> {
    const upgrade = await store.find('u1');
    if (!upgrade) throw new Error('there is no upgrade');
    await store.commit({
      upgrade: { ...upgrade.upgrade, status },
      journal: [anEntry({ rolloutId: null, status, message: status })],
    });
    await idle();
  }

  async function stored(upgradeId?: string): Promise<readonly number[]> {
    const query = { after: 0, limit: 100_000, ...(upgradeId === undefined ? {} : { upgradeId }) };
    return (await store.journal(query)).map(({ id }) => id);
  }

  it('says what happened to a rollout, and what happened to an upgrade as a whole', async () => {
    const reason = { code: 'rollout.timeout', message: 'still\nupgrading' } as const;
    const reader = await reading();

    await store.commit({
      journal: [
        anEntry({ status: 'failed', message: 'given up', reason }),
        anEntry({ rolloutId: null, status: 'failed', message: '1 failed' }),
      ],
    });
    await idle();

    const at = '"at":"2026-03-02T12:00:00.000Z"';
    const nowhere = '"environment":null,"stack":null,"service":null';
    expect(reader.texts).toEqual([
      OPENING,
      `id: 1\nevent: rollout\ndata: {${at},"upgrade":"u1","rollout":"r1",${nowhere},"status":"failed","message":"given up",` +
        `"reason":{"code":"rollout.timeout","message":"still\\nupgrading"}}\n\n` +
        `id: 2\nevent: upgrade\ndata: {${at},"upgrade":"u1","rollout":null,${nowhere},"status":"failed","message":"1 failed",` +
        `"reason":null}\n\n`,
    ]);
  });

  it('says where a rollout is, of what was there and of what is written, and reads an upgrade once for it', async () => {
    const [web, api] = [aRollout(), aRollout({ id: 'r2', name: 'api' })];
    await store.commit({ rollouts: [web, api] });
    await write(150);
    await store.commit({ journal: [anEntry({ rolloutId: 'r2' })] });
    const reader = await reading({ after: 0 });
    const { finds } = store;

    const later = aRollout({ id: 'r3', name: 'later' });
    await store.commit({ rollouts: [later], journal: [anEntry({ rolloutId: 'r3' })] });
    await store.commit({ journal: [anEntry({ rolloutId: 'r3' }), anEntry({ rolloutId: null })] });
    await idle();

    const { environment, stack } = web;
    const at = (id: string, name: string) => ({ environment, stack, service: { id, name } });
    const nowhere = { environment: null, stack: null, service: null };
    expect(reader.data.slice(0, 150).every(({ service }) => service?.name === 'web')).toBe(true);
    expect(reader.data.slice(150)).toMatchObject([
      { rollout: 'r2', ...at(api.service.id, 'api') },
      { rollout: 'r3', ...at(later.service.id, 'later') },
      { rollout: 'r3', ...at(later.service.id, 'later') },
      { rollout: null, ...nowhere },
    ]);
    expect([finds, store.finds]).toEqual([1, 1]);
  });

  it('begins with what comes from now on where no number is given', async () => {
    await write(3);
    const reader = await reading();

    await write(2);

    expect(reader.ids).toEqual([4, 5]);
  });

  it('begins after the number that is given', async () => {
    await write(5);
    const reader = await reading({ after: 3 });

    await write(1);

    expect(reader.ids).toEqual([4, 5, 6]);
  });

  it.each([3, 4, 1_000_000])('says what comes after the number %i, of 3 entries', async (after) => {
    await write(3);
    const reader = await reading({ after });

    await write(2);

    expect(reader.ids).toEqual([4, 5]);
  });

  it('says only what happened to its upgrade', async () => {
    await write(2, 'u2');
    await write(2);
    const reader = await reading({ upgradeId: 'u1', after: 0 });

    await write(2, 'u2');
    await write(2);

    expect(reader.ids).toEqual([3, 4, 7, 8]);
  });

  it('neither misses nor doubles what is written while it reads from the store', async () => {
    await write(150);
    const stream = await opened({ after: 0 });
    const letGo = store.hold();
    const reader = readerOf(stream);
    await idle();

    await write(150);
    letGo();
    await idle();
    await write(1);

    expect(reader.ids).toEqual(await stored());
    expect(reader.ids).toHaveLength(301);
  });

  it('misses nothing of what is written while it is opened', async () => {
    await write(3);
    const letGo = store.hold();
    const opening = opened({ after: 3 });
    await idle();

    await write(2);
    letGo();
    const reader = readerOf(await opening);
    await idle();

    expect(reader.ids).toEqual([4, 5]);
  });

  it.each([0, 1, 7])('says thousands that are written while it reads, in order (after %i)', async (after) => {
    await write(2500);
    const stream = await opened({ after });
    const reader = readerOf(stream);

    for (let times = 0; times < 5; times += 1) await write(500);

    expect(reader.ids).toEqual((await stored()).filter((id) => id > after));
    expect(reader.ids).toHaveLength(5000 - after);
  });

  it.each([
    [1000, false],
    [1001, true],
  ])('asks the store for what a reader has not taken: of %i entries, %s', async (count, asks) => {
    await write(3);
    const stream = await opened();
    const { reads } = store;

    await write(count);
    const reader = readerOf(stream);
    await idle();
    await write(1);

    expect(store.reads > reads).toBe(asks);
    expect(reader.ids).toEqual((await stored()).slice(3));
  });

  it('says 100 entries at a time, old ones and new ones', async () => {
    await write(250);
    const reader = await reading({ after: 0 });

    await store.commit({ journal: Array.from({ length: 150 }, () => anEntry()) });
    await idle();

    const counts = reader.texts.map((text) => text.match(/^id:/gm)?.length ?? 0);
    expect(counts).toEqual([0, 100, 100, 50, 100, 50]);
  });

  it('says a comment for every 15 s in which there is nothing to say', async () => {
    const reader = await reading({ upgradeId: 'u1', after: 0 });

    await clock.advance(14_999);
    const before = [...reader.texts];
    await clock.advance(1);
    await clock.advance(10_000);
    await write(1);
    await clock.advance(14_999);
    const then = reader.texts.length;
    await clock.advance(1);

    expect(before).toEqual([OPENING]);
    expect(then).toBe(3);
    expect(reader.texts).toEqual([OPENING, HEARTBEAT, expect.stringMatching(/^id: 1\n/), HEARTBEAT]);
  });

  it('does not let what happens to others hurry or delay its comments', async () => {
    const reader = await reading({ upgradeId: 'u1', after: 0 });

    for (let seconds = 0; seconds < 30; seconds += 5) {
      await write(1, 'u2');
      await clock.advance(5000);
    }

    expect(reader.texts).toEqual([OPENING, HEARTBEAT, HEARTBEAT]);
  });

  it('ends when its upgrade has ended, and has said so', async () => {
    const reader = await reading({ upgradeId: 'u1', after: 0 });

    await write(1);
    await become('succeeded');

    expect(reader.hasEnded).toBe(true);
    expect(reader.texts.at(-1)).toMatch(/"status":"succeeded"/);
  });

  it('does not end while its upgrade awaits confirmation', async () => {
    const reader = await reading({ upgradeId: 'u1', after: 0 });

    await become('awaiting_confirmation');
    const before = reader.hasEnded;
    await become('partly_failed');

    expect(before).toBe(false);
    expect(reader.hasEnded).toBe(true);
    expect(reader.ids).toEqual([1, 2]);
  });

  it('tells of an upgrade that has ended to its very end, also of what came late', async () => {
    await become('failed');
    await write(150);
    await become('succeeded');

    const reader = await reading({ upgradeId: 'u1', after: 0 });

    expect(reader.hasEnded).toBe(true);
    expect(reader.ids).toEqual(await stored('u1'));
  });

  it('is over at once where all of an upgrade that has ended is known', async () => {
    await become('failed');

    const over = await opened({ upgradeId: 'u1', after: 1 });
    const notYet = await opened({ upgradeId: 'u1', after: 0 });
    const running = await opened({ upgradeId: 'u2', after: 1 });
    const all = await opened({ after: 1 });

    expect([over, notYet, running, all].map(({ isOver }) => isOver)).toEqual([true, false, false, false]);
  });

  it('sees its upgrade end while it is opened', async () => {
    await write(1);
    const letGo = store.hold();
    const opening = opened({ upgradeId: 'u1', after: 1 });
    await idle();

    await become('succeeded');
    letGo();
    const reader = readerOf(await opening);
    await reader.end;

    expect(reader.ids).toEqual([2]);
  });

  it('ends when it is told to', async () => {
    const reader = await reading();

    reader.leave();
    await reader.end;

    expect(reader.texts).toEqual([OPENING]);
    expect(clock.asleep).toBe(0);
  });

  it('follows nothing any more once it is closed', async () => {
    const stream = await opened();
    const reader = readerOf(stream);

    stream.close();
    await write(1);

    expect(reader.texts).toEqual([OPENING]);
  });

  it('refuses an upgrade that there is not', async () => {
    const stream = opened({ upgradeId: 'u3', after: 0 });

    await expect(stream).rejects.toMatchObject({ code: 'request.not_found' });
  });

  it('is not opened, or breaks off, when the store cannot be read', async () => {
    await write(1);
    const reader = readerOf(await opened({ after: 0 }));
    await store.onApplicationShutdown();

    const late = opened({ after: 0 });

    await expect(late).rejects.toMatchObject({ code: 'store.unavailable' });
    await expect(reader.end).rejects.toMatchObject({ code: 'store.unavailable' });
  });
});
