import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { anUpgrade } from '../../../test/fakes/records.js';
import { Ending } from '../../common/ending.js';
import { createLog } from '../../common/log.js';
import { StoreSettings } from '../store.settings.js';
import { SqliteStore } from './sqlite.store.js';

describe(SqliteStore.name, () => {
  let directory: string;
  let file: string;
  let logged: string[];
  let clock: HandClock;
  let ending: Ending;
  let store: SqliteStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sqlite-'));
    file = join(directory, 'updater.db');
    logged = [];
    clock = new HandClock();
    ending = new Ending();
    store = storeIn(directory);
  });

  afterEach(async () => {
    await store.onApplicationShutdown();
    await rm(directory, { recursive: true, force: true });
  });

  function storeIn(path: string): SqliteStore {
    const destination = { write: (line: string) => void logged.push(line) };
    const log = createLog({ level: 'debug', format: 'json', secrets: [], destination });
    const settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: path });
    return new SqliteStore(settings, clock, log, ending);
  }

  it('leaves all it was given in one file that other programs can read', async () => {
    store.onModuleInit();
    await store.commit({ upgrade: anUpgrade({ image: 'acme/web:2.0.0' }) });

    await store.onApplicationShutdown();

    const other = new Libsql(file);
    expect(other.prepare('select image from upgrades').pluck().all()).toEqual(['acme/web:2.0.0']);
    expect(other.prepare('pragma integrity_check').pluck().all()).toEqual(['ok']);
    other.close();
  });

  it.each([
    [
      'is no database',
      () => writeFile(file, 'nonsense '.repeat(1000)),
      'it is not a database (SQLITE_NOTADB)',
    ],
    ['is a directory', () => mkdir(file), 'it is not a file that this process may read and write'],
    [
      'comes from a newer version',
      () => writeFormat(file, 99),
      'a newer version of this program has written it',
    ],
    ['was damaged', () => writeDamaged(file), 'it is damaged (SQLITE_CORRUPT)'],
  ])('says so in one sentence when the file %s', async (_name, spoil, sentence) => {
    await spoil();
    store.onModuleInit();

    await expect(store.commit({ upgrade: anUpgrade() })).rejects.toMatchObject({
      name: 'UpdaterError',
      code: 'store.unavailable',
      message: expect.stringContaining(`the store ${file} cannot be used: ${sentence}`),
    });
  });

  it('logs each trouble once, and when it is over', async () => {
    await mkdir(file);
    store.onModuleInit();
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.advance(1000);
      await expect(store.check()).rejects.toThrow('cannot be used');
    }
    await rm(file, { recursive: true });
    await clock.advance(1000);
    await store.check();

    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining(`${file} cannot be used`) }),
      expect.objectContaining({ level: 'info', message: 'store opened', file }),
    ]);
  });

  it('waits for nobody who holds the file for long, and works again afterwards', async () => {
    store.onModuleInit();
    const other = new Libsql(file);
    other.exec('begin immediate');

    await expect(store.check()).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('another process is using it'),
    });

    other.exec('rollback');
    other.close();
    await store.check();
  });

  describe('while somebody else has the directory', () => {
    let first: SqliteStore;

    beforeEach(async () => {
      first = storeIn(directory);
      first.onModuleInit();
      await first.commit({ upgrade: anUpgrade() });
      store.onModuleInit();
    });

    afterEach(() => first.onApplicationShutdown());

    it('takes nothing, and names the process that has it', async () => {
      const message = expect.stringMatching(
        new RegExp(
          `cannot be used: process ${process.pid} on ${hostname()} since 2026-.*Z holds its directory`,
        ),
      );

      await expect(store.check()).rejects.toMatchObject({ code: 'store.unavailable', message });
      await expect(store.find('u1')).rejects.toMatchObject({ code: 'store.unavailable', message });
      await first.check();
    });

    it('takes over without being asked when that is gone', async () => {
      await clock.advance(30_000);
      await first.onApplicationShutdown();
      await clock.advance(1000);

      expect(logged.at(-1)).toContain('store opened');
      expect(await store.find('u1')).not.toBeNull();
    });

    it('tries for a minute, and then asks for the end of the program', async () => {
      let reason: unknown = null;
      void ending.asked.then((error) => (reason = error));

      await clock.advance(59_999);
      expect(reason).toBeNull();
      await clock.advance(1);

      expect(reason).toMatchObject({ message: expect.stringContaining('holds its directory') });
      expect(logged.filter((line) => line.includes('holds its directory'))).toHaveLength(1);
    });

    it('asks for no end once it stops by itself', async () => {
      let isAsked = false;
      void ending.asked.then(() => (isAsked = true));

      await store.onApplicationShutdown();
      await clock.advance(120_000);

      expect(isAsked).toBe(false);
      expect(clock.asleep).toBe(0);
    });
  });

  it('leaves nothing of its hold on the directory behind', async () => {
    store.onModuleInit();
    await store.onApplicationShutdown();

    expect(await readdir(directory)).not.toContain('updater.lock.txt');
    const next = storeIn(directory);
    next.onModuleInit();
    await next.check();
    await next.onApplicationShutdown();
  });

  it('keeps nothing beyond the process in memory, and warns of it', async () => {
    const trial = storeIn(':memory:');
    trial.onModuleInit();
    await trial.commit({ upgrade: anUpgrade() });

    expect(await trial.find('u1')).not.toBeNull();
    expect(logged.join('')).toContain('"level":"warn"');
    await trial.onApplicationShutdown();
  });
});

async function writeFormat(path: string, format: number): Promise<void> {
  const database = new Libsql(path);
  database.exec(`pragma user_version = ${format}`);
  database.close();
}

/** A file with a good head and a bad body. */
async function writeDamaged(path: string): Promise<void> {
  const database = new Libsql(path);
  database.exec('create table t (a)');
  database.exec('pragma user_version = 1');
  database.close();
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0xff, 100, 200));
}
