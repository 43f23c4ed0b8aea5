import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, sql, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { guarded } from './guarded-database.js';
import type { Schema } from './schema.js';
import { statement } from './statement.js';

interface Key {
  readonly key: string;
  readonly at: number;
}

describe(statement, () => {
  let libsql: Libsql.Database;
  let db: Kysely<Schema>;
  let built: number;

  beforeEach(() => {
    libsql = new Libsql(':memory:');
    libsql.exec('create table idempotency_keys (key primary key, fingerprint, upgrade_id, created_at)');
    db = new Kysely({ dialect: new SqliteDialect({ database: guarded(libsql) }) });
    built = 0;
  });

  afterEach(() => {
    libsql.close();
  });

  function insertion() {
    return statement((database, { key, at }: Key) => {
      built += 1;
      const row = { key, fingerprint: 'same', upgrade_id: key, created_at: at };
      return database.insertInto('idempotency_keys').values(row).compile();
    });
  }

  it('is written once, and run with the values of each time, wherever these stand', async () => {
    const insert = insertion();

    const results = [await insert(db, { key: 'a', at: 1 }), await insert(db, { key: 'b', at: 2 })];

    expect(built).toBe(1);
    expect(results).toMatchObject([{ numAffectedRows: 1n }, { numAffectedRows: 1n }]);
    expect(
      libsql.prepare('select key, fingerprint, upgrade_id, created_at from idempotency_keys').all(),
    ).toEqual([
      { key: 'a', fingerprint: 'same', upgrade_id: 'a', created_at: 1 },
      { key: 'b', fingerprint: 'same', upgrade_id: 'b', created_at: 2 },
    ]);
  });

  it('answers the rows, also of one that is written by hand', async () => {
    const add = statement((database, { a, b }: { readonly a: number; readonly b: number }) =>
      sql<{ readonly sum: number }>`select ${a} + ${b} as sum`.compile(database),
    );

    expect([(await add(db, { a: 1, b: 2 })).rows, (await add(db, { b: 5, a: 6 })).rows]).toEqual([
      [{ sum: 3 }],
      [{ sum: 11 }],
    ]);
  });

  it('refuses to be run with values of other names', async () => {
    const insert = insertion();
    await insert(db, { key: 'a', at: 1 });

    // @ts-expect-error the type forbids it
    await expect(insert(db, { key: 'b' })).rejects.toThrow('is run with values of other names');
    const more = { key: 'b', at: 2, fingerprint: 'other' };
    await expect(insert(db, more)).rejects.toThrow('is run with values of other names');
  });
});
