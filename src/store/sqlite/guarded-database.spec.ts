import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SqliteDatabase } from 'kysely';
import Libsql from 'libsql';
import { guarded } from './guarded-database.js';

describe(guarded.name, () => {
  let database: SqliteDatabase;

  beforeEach(() => {
    database = guarded(new Libsql(':memory:'));
    database.prepare('create table t (a, b)').run([]);
  });

  afterEach(() => database.close());

  it.each([['text'], ['a\0b'], [''], [0], [-1], [Number.MAX_SAFE_INTEGER], [null]])(
    'gives %j back',
    (value) => {
      database.prepare('insert into t values (?, ?)').run([value, 1]);

      expect(database.prepare('select * from t').all([])).toStrictEqual([{ a: value, b: 1 }]);
      expect([...database.prepare('select * from t where a is ?').iterate([value])]).toHaveLength(1);
    },
  );

  it.each([
    [true],
    [false],
    [undefined],
    [NaN],
    [1.5],
    [Number.MAX_SAFE_INTEGER + 1],
    [Infinity],
    [10n],
    [{}],
    [new Date(0)],
    [Symbol('s')],
  ])('refuses %p', (value) => {
    const insert = database.prepare('insert into t values (?, ?)');

    expect(() => insert.run(['x', value])).toThrow('only text, whole numbers and null can be stored');
    expect(database.prepare('select * from t').all([])).toEqual([]);
  });

  it('prepares each statement once, and forgets them all rather than keeping too many', () => {
    const first = database.prepare('select 0');
    expect(database.prepare('select 0')).toBe(first);

    for (let index = 1; index <= 200; index += 1) database.prepare(`select ${index}`);

    expect(database.prepare('select 0')).not.toBe(first);
    expect(database.prepare('select 0').all([])).toEqual([{ 0: 0 }]);
  });
});
