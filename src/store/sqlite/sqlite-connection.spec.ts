import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, type Kysely } from 'kysely';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { anUpgrade } from '../../../test/fakes/records.js';
import { createLog } from '../../common/log.js';
import type { Schema } from './schema.js';
import { SqliteConnection } from './sqlite-connection.js';
import { write } from './write.js';

describe(SqliteConnection.name, () => {
  let directory: string;
  let connection: SqliteConnection;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sqlite-'));
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    connection = new SqliteConnection(directory, new HandClock(), log);
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

  it('undoes all of what fails halfway, and throws what the work threw', async () => {
    const mistake = new Error('mistake');

    const work = connection.write(async (db) => {
      await fill(db);
      throw mistake;
    });

    await expect(work).rejects.toBe(mistake);
    const left = await connection.write((db) => db.selectFrom('upgrades').selectAll().execute());
    expect(left).toEqual([]);
  });
});

function fill(db: Kysely<Schema>): Promise<unknown> {
  return write(db, { upgrade: anUpgrade({ image: 'x'.repeat(1_000_000) }) });
}
