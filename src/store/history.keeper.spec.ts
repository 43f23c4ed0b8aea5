import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { aKey, anAuditEntry } from '../../test/fakes/kept.js';
import { anUpgrade } from '../../test/fakes/records.js';
import { Ending } from '../common/ending.js';
import { createLog, type Log } from '../common/log.js';
import { HistoryKeeper } from './history.keeper.js';
import { SqliteStore } from './sqlite/sqlite.store.js';
import { StoreSettings } from './store.settings.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe(HistoryKeeper.name, () => {
  let directory: string;
  let clock: HandClock;
  let logged: Record<string, unknown>[];
  let log: Log;
  let settings: StoreSettings;
  let store: SqliteStore;
  let keeper: HistoryKeeper;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'history-'));
    clock = new HandClock();
    logged = [];
    const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
    log = createLog({ level: 'debug', format: 'json', secrets: [], destination });
    settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: directory });
    store = new SqliteStore(settings, clock, log, new Ending());
    store.onModuleInit();
    keeper = new HistoryKeeper(store, settings, clock, log);
    logged.length = 0;
  });

  afterEach(async () => {
    await keeper.onModuleDestroy();
    await store.onApplicationShutdown();
    await rm(directory, { recursive: true, force: true });
  });

  function aged(ageMs: number): Date {
    return new Date(clock.now().getTime() - ageMs);
  }

  function ended(id: string, ageMs: number) {
    return anUpgrade({ id, status: 'succeeded', planAt: null, finishedAt: aged(ageMs) });
  }

  async function kept(): Promise<readonly string[]> {
    const { data } = await store.list({ limit: 1000 });
    return data.map(({ upgrade }) => upgrade.id);
  }

  /** Turns the clock until the store, which works in real time, has done what was asked. */
  async function turnUntil(done: () => Promise<boolean>): Promise<void> {
    while (!(await done())) await clock.advance(100);
  }

  it('deletes at the start what ended more than 30 days ago', async () => {
    await store.commit({ upgrade: ended('old', 30 * DAY_MS + 1) });
    await store.commit({ upgrade: ended('young', 30 * DAY_MS - 1000) });

    keeper.onApplicationBootstrap();
    await turnUntil(async () => logged.length > 0);

    expect(await kept()).toEqual(['young']);
    expect(logged).toEqual([
      expect.objectContaining({ level: 'info', message: 'history pruned', deleted: 1 }),
    ]);
  });

  it('looks again every hour, and keeps for as long as it is told', async () => {
    Object.assign(settings, { AUTOUPDATE_HISTORY_DAYS: 1 });
    await store.commit({ upgrade: ended('u1', DAY_MS - HOUR_MS / 2) });
    keeper.onApplicationBootstrap();
    while (clock.asleep === 0) await new Promise((resolve) => setImmediate(resolve));

    await clock.advance(HOUR_MS - 1000);
    expect(await kept()).toEqual(['u1']);
    await clock.advance(1000);
    await turnUntil(async () => logged.length > 0);

    expect(await kept()).toEqual([]);
  });

  it.each([1, 3650])('keeps the audit for 365 days, and history for %i', async (days) => {
    Object.assign(settings, { AUTOUPDATE_HISTORY_DAYS: days });
    await store.commit({
      upgrade: ended('u1', 100 * DAY_MS),
      audit: [
        anAuditEntry({ image: 'young', upgradeId: 'u1', at: aged(365 * DAY_MS - HOUR_MS) }),
        anAuditEntry({ image: 'old', upgradeId: 'u1', at: aged(365 * DAY_MS + 1) }),
      ],
    });

    keeper.onApplicationBootstrap();
    await turnUntil(async () => logged.length > 0);

    const { data } = await store.audit({ limit: 10 });
    expect(data.map(({ image }) => image)).toEqual(['young']);
    expect(await kept()).toEqual(days === 1 ? [] : ['u1']);
  });

  it('forgets keys after a day', async () => {
    const createdAt = clock.now();
    await store.commit({ upgrade: anUpgrade(), key: aKey({ createdAt }) });
    await clock.advance(DAY_MS);
    await store.commit({ key: aKey({ key: 'k2', createdAt: clock.now() }) });
    await clock.advance(1);

    keeper.onApplicationBootstrap();
    await turnUntil(async () => logged.length > 0);

    expect(await store.key('k1')).toBeNull();
    expect(await store.key('k2')).not.toBeNull();
  });

  it('goes in small steps through much, and gives the disk its room back', async () => {
    const ids = Array.from({ length: 400 }, (_item, index) => `u${index}`);
    const image = 'x'.repeat(10_000);
    await Promise.all(ids.map((id) => store.commit({ upgrade: { ...ended(id, 40 * DAY_MS), image } })));
    const before = await kept();
    const steps = new Set<number>();

    keeper.onApplicationBootstrap();
    await turnUntil(async () => steps.add((await kept()).length) && logged.length > 0);
    await keeper.onModuleDestroy();
    await store.onApplicationShutdown();

    expect(before).toHaveLength(400);
    expect([...steps].filter((left) => left > 0 && left < 400).length).toBeGreaterThan(2);
    expect([...steps].every((left) => left % 50 === 0)).toBe(true);
    expect((await stat(join(directory, 'updater.db'))).size).toBeLessThan(1_000_000);
  });

  it('says once that it cannot, and tries again with the next hour', async () => {
    await store.commit({ upgrade: ended('old', 31 * DAY_MS) });
    const prune = store.prune.bind(store);
    Object.assign(store, { prune: () => Promise.reject(new Error('no')) });
    keeper.onApplicationBootstrap();
    await clock.advance(3 * HOUR_MS);
    Object.assign(store, { prune });

    await clock.advance(HOUR_MS);
    await turnUntil(async () => logged.length > 2);

    expect(await kept()).toEqual([]);
    expect(logged.map(({ message }) => message)).toEqual([
      'history not pruned',
      'over: history not pruned',
      'history pruned',
    ]);
  });

  it('leaves it to the store to say that it cannot be opened', async () => {
    await store.onApplicationShutdown();
    await writeFile(join(directory, 'updater.db'), 'nonsense '.repeat(1000));
    store = new SqliteStore(settings, clock, log, new Ending());
    store.onModuleInit();
    keeper = new HistoryKeeper(store, settings, clock, log);

    keeper.onApplicationBootstrap();
    await clock.advance(HOUR_MS - 1);

    expect(logged).toMatchObject([
      { level: 'error', message: expect.stringContaining('it is not a database') },
      { level: 'debug', message: 'history not pruned' },
    ]);
  });

  it('stops in the middle when the service does', async () => {
    const ids = Array.from({ length: 200 }, (_item, index) => `u${index}`);
    await Promise.all(ids.map((id) => store.commit({ upgrade: ended(id, 40 * DAY_MS) })));

    keeper.onApplicationBootstrap();
    await keeper.onModuleDestroy();

    expect(await kept()).toHaveLength(150);
    expect(clock.asleep).toBe(0);
  });
});
