import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { migrate, MIGRATIONS } from './migrations.js';

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

  it('tells the rollouts that are there whose request they go back to, and counts what is not planned', () => {
    migrate(database, MIGRATIONS.slice(0, 2));
    const upgrade = `'i', 'r', '{}', 'request-7', 'running', 0, null`;
    database.exec(`
      insert into upgrades values (1, 'u1', ${upgrade}, null, null, null, 0, 1), (2, 'u2', ${upgrade}, 5, null, null, 0, 1);
      insert into rollouts (id, upgrade_id, service_backend, service_environment, service_id, environment, stack, name,
        link, from_image, to_image, recreated, status, activity, arrival, confirm, start_first, timeout, on_failure, leftover,
        ignore_hold, bake, reminders, due_at, unseen_ms, baked_ms, version)
      values ('r1', 'u1', '', '', '', '{}', '{}', '', '', '', '', '[]', 'queued', 'queued', 1, 0, 0, 1, '', '', 0, 0, 0, 0, 0, 0, 1)`);

    migrate(database);

    expect(database.prepare('select request_id, caller from rollouts').all()).toEqual([
      { request_id: 'request-7', caller: null },
    ]);
    expect(database.prepare('select count from unplanned').pluck().all()).toEqual([1]);
  });

  it('keeps the services that plans have left, in their order, a hundred in a row', () => {
    migrate(database, MIGRATIONS.slice(0, 6));
    const links = Array.from({ length: 250 }, (_, index) => ({ link: `/${index}`, notify: ['it\'s "on"'] }));
    database.exec(`
      insert into upgrades values (1, 'u1', 'i', 'r', '{}', '', 'running', 0, null, null, null, null, 0, 1, null, '[]');
      insert into plans values (1, 'u1', 'cattle', '1a6', 'two', 'pending', null, '[]'),
        (2, 'u1', 'cattle', '1a7', 'three', 'planned', null, '[{"link":"/a"}]')`);
    database
      .prepare(`insert into plans values (3, 'u1', 'cattle', '1a5', 'one', 'planned', null, ?)`)
      .run(JSON.stringify(links));

    migrate(database);

    const parts = database
      .prepare('select environment_id, part, services from skipped order by 1, 2')
      .raw()
      .all();
    expect(parts).toEqual([
      ['1a5', 0, JSON.stringify(links.slice(0, 100))],
      ['1a5', 1, JSON.stringify(links.slice(100, 200))],
      ['1a5', 2, JSON.stringify(links.slice(200))],
      ['1a7', 0, '[{"link":"/a"}]'],
    ]);
    expect(database.prepare('select environment_name from plans').pluck().all()).toEqual([
      'two',
      'three',
      'one',
    ]);
  });

  it('lets nobody change the audit', () => {
    migrate(database);
    database.exec(
      `insert into audit (at, action, request_id, upgrade_id, image) values (0, 'confirm', 'r', 'u', 'i')`,
    );

    expect(() => database.exec(`update audit set action = 'cancel'`)).toThrow('only ever added to');
  });

  it('refuses a file from the future', () => {
    migrate(database, ['create table first (a)', 'create table second (a)']);

    expect(() => migrate(database, ['create table first (a)'])).toThrow(
      'a newer version of this program has written it (format 2, this one knows up to 1)',
    );
    expect(tables()).toEqual(['first', 'second']);
  });
});
