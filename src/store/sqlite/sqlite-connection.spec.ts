import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, type Kysely } from 'kysely';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { aRollout, anUpgrade } from '../../../test/fakes/records.js';
import { createLog } from '../../common/log.js';
import type { StoreTiming } from '../upgrade-store.js';
import { openOf } from './records.js';
import type { Schema } from './schema.js';
import { SqliteConnection } from './sqlite-connection.js';
import { write } from './write.js';

describe(SqliteConnection.name, () => {
  let directory: string;
  let clock: HandClock;
  let connection: SqliteConnection;

  const log = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sqlite-'));
    clock = new HandClock();
    connection = new SqliteConnection(directory, clock, log);
    connection.open();
  });

  afterEach(async () => {
    await connection.close();
    await rm(directory, { recursive: true, force: true });
  });

  function pragma(name: string, value?: number): Promise<unknown> {
    const assignment = value === undefined ? '' : ` = ${value}`;
    return connection.read(async (db) => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name + assignment)}`.execute(db);
      return Object.values(rows[0] ?? {})[0];
    });
  }

  it.each([
    ['journal_mode', 'wal'],
    ['synchronous', 2],
    ['foreign_keys', 1],
  ])('works with %s at %s, so that nothing accepted is lost', async (name, value) => {
    expect(await pragma(name)).toBe(value);
  });

  it('says that the disk is full, not what came of that, and works again when there is room', async () => {
    await pragma('max_page_count', 1);

    await expect(connection.write(fill)).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringContaining('the disk is full (SQLITE_FULL)'),
    });

    await pragma('max_page_count', 1_000_000);
    await connection.write(fill);
  });

  it('tells how long everything took, and whether the disk is to blame for what failed', async () => {
    const told: StoreTiming[] = [];
    connection.timings$.subscribe((timing) => told.push(timing));

    await connection.read(() => clock.advance(2000));
    await expect(connection.write(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    await pragma('max_page_count', 1);
    await expect(connection.write(fill)).rejects.toThrow('the disk is full');

    expect(told).toEqual([
      { operation: 'read', seconds: 2, isWell: true },
      { operation: 'write', seconds: 0, isWell: true },
      { operation: 'read', seconds: 0, isWell: true },
      { operation: 'write', seconds: 0, isWell: false },
    ]);
  });

  it('opens a file anew that could not be written, but not at once', async () => {
    await pragma('query_only', 1);
    const readOnly = expect.objectContaining({
      code: 'store.unavailable',
      message: expect.stringContaining('it is read-only (SQLITE_READONLY)'),
    });

    await expect(connection.write(fill)).rejects.toEqual(readOnly);
    await clock.advance(999);
    await expect(connection.write(fill)).rejects.toEqual(readOnly);
    await clock.advance(1);

    await connection.write(fill);
  });

  it('does not take a file for good in which damage was found, until it is put right', async () => {
    await connection.write(fill);
    await connection.close();
    const file = join(directory, 'updater.db');
    const good = await readFile(file);
    await writeFile(file, damaged(good));
    connection = new SqliteConnection(directory, clock, log);
    connection.open();

    const damage = expect.objectContaining({ message: expect.stringContaining('it is damaged') });
    await expect(connection.read(all)).rejects.toEqual(damage);
    for (let second = 0; second < 3; second += 1) {
      await clock.advance(1000);
      await expect(connection.write(another)).rejects.toEqual(damage);
    }
    await writeFile(file, good);
    await clock.advance(1000);

    expect(await connection.read(all)).toHaveLength(1);
    await connection.write(another);
  });

  it('takes for the future what its clock says is so, whatever the time of the system is', async () => {
    clock = new HandClock(Date.now() + 24 * 3_600_000);
    const rollout = aRollout({ status: 'upgrading', timedFrom: clock.now() });
    await connection.write((db) => write(db, { upgrade: anUpgrade(), rollouts: [rollout] }));
    await connection.close();
    connection = new SqliteConnection(directory, clock, log);
    connection.open();

    const [found] = await connection.read((db) => openOf(db, rollout.service));
    expect(found?.timedFrom).toEqual(rollout.timedFrom);
  });

  it('undoes all of what fails halfway, and throws what the work threw', async () => {
    const mistake = new Error('mistake');

    const work = connection.write(async (db) => {
      await fill(db);
      throw mistake;
    });

    await expect(work).rejects.toBe(mistake);
    const left = await connection.read(all);
    expect(left).toEqual([]);
  });
});

function fill(db: Kysely<Schema>): Promise<unknown> {
  return write(db, { upgrade: anUpgrade({ image: 'x'.repeat(1_000_000) }) });
}

function another(db: Kysely<Schema>): Promise<unknown> {
  return write(db, { upgrade: anUpgrade({ id: 'u2' }) });
}

function all(db: Kysely<Schema>): Promise<readonly unknown[]> {
  return db.selectFrom('upgrades').selectAll().execute();
}

/** Good at the beginning, where the tables are listed, and nowhere else. */
function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 32_768), Buffer.alloc(bytes.length - 32_768, 0xff)]);
}
