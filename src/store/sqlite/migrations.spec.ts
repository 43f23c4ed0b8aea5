import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { migrate } from './migrations.js';

describe(migrate.name, () => {
  let database: Libsql.Database;

  beforeEach(() => {
    database = new Libsql(':memory:');
  });

  afterEach(() => {
    database.close();
  });

  function tables(): unknown[] {
    return database.prepare("select name from sqlite_master where type = 'table'").pluck().all();
  }

  it('takes a file through every step it has not been through', () => {
    migrate(database, ['create table first (a)']);

    migrate(database, ['create table first (a)', 'create table second (a)', 'create table third (a)']);

    expect(tables()).toEqual(['first', 'second', 'third']);
    expect(database.prepare('pragma user_version').pluck().all()).toEqual([3]);
  });

  it('leaves a file that is up to date as it is', () => {
    migrate(database);
    const before = tables();

    migrate(database);

    expect(tables()).toEqual(before);
  });

  it('takes no step when one of them fails', () => {
    migrate(database, ['create table first (a)']);
    const steps = ['create table first (a)', 'create table second (a)', 'create nonsense'];

    expect(() => migrate(database, steps)).toThrow('nonsense');

    expect(tables()).toEqual(['first']);
    expect(database.prepare('pragma user_version').pluck().all()).toEqual([1]);
    expect(database.inTransaction).toBe(false);
  });

  it('refuses a file from the future', () => {
    migrate(database, ['create table first (a)', 'create table second (a)']);

    expect(() => migrate(database, ['create table first (a)'])).toThrow(
      'a newer version of this program has written it (format 2, this one knows up to 1)',
    );
    expect(tables()).toEqual(['first', 'second']);
  });
});
