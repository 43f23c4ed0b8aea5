import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, SqliteDialect, sql } from 'kysely';
import Libsql from 'libsql';
import { inBackground } from './connect.js';
import { GroupedWrites } from './grouped-writes.js';
import { guarded } from './guarded-database.js';
import type { Schema } from './schema.js';
import type { Work } from './transaction.js';

describe(GroupedWrites.name, () => {
  let libsql: Libsql.Database;
  let commits: number;
  let writes: GroupedWrites;
  let goOn: () => void;

  beforeEach(() => {
    libsql = new Libsql(':memory:');
    libsql.exec('create table t (a primary key)');
    commits = 0;
    const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database: guarded(libsql) }) });
    writes = new GroupedWrites(kysely, counted, () => new Promise((resolve) => (goOn = resolve)));
  });

  afterEach(() => {
    libsql.close();
  });

  function add(text: string): Promise<string> {
    return writes.write(adding(text));
  }

  function kept(): unknown[] {
    return libsql.prepare('select a from t order by rowid').pluck().all();
  }

  async function counted(): Promise<void> {
    await inBackground(libsql, 'commit');
    commits += 1;
  }

  it('writes what waits in one transaction, in order, and gives each its result', async () => {
    const results = Promise.all(['a', 'b', 'c'].map(add));
    goOn();

    expect(await results).toEqual(['a', 'b', 'c']);
    expect(kept()).toEqual(['a', 'b', 'c']);
    expect(commits).toBe(1);
  });

  it('tells nobody before all is written', async () => {
    let committed = -1;
    const first = add('a').then(() => (committed = commits));
    const second = add('b');
    goOn();
    await Promise.all([first, second]);

    expect(committed).toBe(1);
  });

  it('undoes all of what fails, and only that', async () => {
    const mistake = new Error('mistake');
    const results = Promise.allSettled([
      add('a'),
      writes.write(async (db) => {
        await adding('half')(db);
        throw mistake;
      }),
      add('a'),
      add('b'),
    ]);
    goOn();

    const [first, second, third, fourth] = await results;
    expect([first, fourth]).toMatchObject([{ value: 'a' }, { value: 'b' }]);
    expect(second).toEqual({ status: 'rejected', reason: mistake });
    expect(third).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(kept()).toEqual(['a', 'b']);
    expect(commits).toBe(1);
  });

  it('writes the others by themselves when one is too large for the disk', async () => {
    libsql.exec('pragma max_page_count = 4');
    const results = Promise.allSettled([add('a'), add('x'.repeat(100_000)), add('b')]);
    goOn();

    const [first, second, third] = await results;
    expect([first, third]).toMatchObject([{ value: 'a' }, { value: 'b' }]);
    expect(second).toMatchObject({ reason: { code: 'SQLITE_FULL' } });
    expect(kept()).toEqual(['a', 'b']);
  });

  it('undoes what cannot be committed, says so to all, and goes on', async () => {
    libsql.exec('pragma foreign_keys = on');
    libsql.exec('create table child (a references t (a) deferrable initially deferred)');
    const orphan = writes.write((db) => sql`insert into child values ('nobody')`.execute(db));
    const results = Promise.allSettled([add('a'), orphan]);
    goOn();

    const failed = { reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } };
    expect(await results).toMatchObject([failed, failed]);
    const later = add('b');
    goOn();
    expect(await later).toBe('b');
    expect(kept()).toEqual(['b']);
  });

  it('writes none when the storage is in trouble, and says so to all', async () => {
    libsql.exec('pragma query_only = on');
    const results = Promise.allSettled([add('a'), add('b')]);
    goOn();

    expect(await results).toMatchObject([
      { reason: { code: 'SQLITE_READONLY' } },
      { reason: { code: 'SQLITE_READONLY' } },
    ]);
    libsql.exec('pragma query_only = off');
    const later = add('c');
    goOn();
    expect(await later).toBe('c');
    expect(kept()).toEqual(['c']);
  });

  it('pauses after every few, so that other work has its turn', async () => {
    const numbers = Array.from({ length: 130 }, (_item, index) => String(index));
    const results = numbers.map(add);

    const steps: number[] = [];
    for (const upTo of [64, 128, 130]) {
      goOn();
      await results[upTo - 1];
      steps.push(kept().length);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(steps).toEqual([64, 128, 130]);
    expect(await Promise.all(results)).toEqual(numbers);
  });

  it('is done when nothing waits any more', async () => {
    const first = add('a');
    const done = writes.done().then(() => kept());
    goOn();

    expect(await done).toEqual(['a']);
    await first;
    await writes.done();
  });
});

function adding(text: string): Work<string> {
  return async (db) => {
    await sql`insert into t values (${text})`.execute(db);
    return text;
  };
}
