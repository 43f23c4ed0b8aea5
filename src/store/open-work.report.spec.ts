import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { anOutboxItem, anUpgrade, aRollout } from '../../test/fakes/records.js';
import { Ending } from '../common/ending.js';
import { createLog, type Log } from '../common/log.js';
import { OpenWorkReport } from './open-work.report.js';
import { SqliteStore } from './sqlite/sqlite.store.js';
import { StoreSettings } from './store.settings.js';

describe(OpenWorkReport.name, () => {
  let directory: string;
  let clock: HandClock;
  let logged: Record<string, unknown>[];
  let log: Log;
  let store: SqliteStore;
  let report: OpenWorkReport;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'open-work-'));
    clock = new HandClock();
    logged = [];
    const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
    log = createLog({ level: 'info', format: 'json', secrets: [], destination });
    open();
  });

  afterEach(async () => {
    await report.onModuleDestroy();
    await store.onApplicationShutdown();
    await rm(directory, { recursive: true, force: true });
  });

  function open(): void {
    const settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: directory });
    store = new SqliteStore(settings, clock, log, new Ending());
    store.onModuleInit();
    report = new OpenWorkReport(store, clock, log);
    logged.length = 0;
  }

  it('says in one line how much there is of each, and leaves out what there is none of', async () => {
    await store.commit({
      upgrade: anUpgrade(),
      rollouts: [
        aRollout({ id: 'r1', status: 'queued' }),
        aRollout({ id: 'r2', status: 'queued' }),
        aRollout({ id: 'r3', status: 'awaiting_confirmation' }),
        aRollout({ id: 'r4', status: 'failed', watchedUntil: clock.now() }),
        aRollout({ id: 'r5', status: 'finished' }),
      ],
      outbox: [
        anOutboxItem({ id: 'o1' }),
        anOutboxItem({ id: 'o2' }),
        anOutboxItem({ id: 'o3', channel: 'other' }),
      ],
    });

    await report.onApplicationBootstrap();

    expect(logged).toMatchObject([
      {
        level: 'info',
        message:
          'left to do: upgrades to plan 1, rollouts queued 2, awaiting confirmation 1, watched 1, notices to deliver 3',
        unplanned: 1,
        queued: 2,
        moving: 0,
        awaiting: 1,
        watched: 1,
        notices: 3,
      },
    ]);
  });

  it('says nothing where nothing is left', async () => {
    await store.commit({ upgrade: anUpgrade({ status: 'succeeded', planAt: null }) });

    await report.onApplicationBootstrap();

    expect(logged).toEqual([]);
    expect(clock.asleep).toBe(0);
  });

  it('says it later where the store cannot be read yet, and keeps nobody waiting for that', async () => {
    await store.commit({ upgrade: anUpgrade() });
    const workload = store.workload.bind(store);
    Object.assign(store, { workload: () => Promise.reject(new Error('not yet')) });

    await report.onApplicationBootstrap();
    await clock.advance(20_000);
    const before = logged.map(({ message }) => message);
    Object.assign(store, { workload });
    await clock.advance(5000);
    await report.onModuleDestroy();

    expect(before).toEqual(['what is left to do cannot be read']);
    expect(logged.slice(1).map(({ message }) => message)).toEqual([
      'over: what is left to do cannot be read',
      'left to do: upgrades to plan 1',
    ]);
  });

  it('leaves it to the store to say that it cannot be opened, and ends with the service', async () => {
    await store.onApplicationShutdown();
    await writeFile(join(directory, 'updater.db'), 'nonsense '.repeat(1000));
    open();

    await report.onApplicationBootstrap();
    await clock.advance(4000);
    await report.onModuleDestroy();

    expect(logged).toEqual([]);
    expect(clock.asleep).toBe(0);
  });
});
