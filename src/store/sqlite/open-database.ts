import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely';
import type Libsql from 'libsql';
import { breath } from '../../common/breath.js';
import { connect, inBackground } from './connect.js';
import { GroupedWrites } from './grouped-writes.js';
import { guarded } from './guarded-database.js';
import { migrate } from './migrations.js';
import type { Schema } from './schema.js';

export const IN_MEMORY = ':memory:';

/** WAL with FULL: a transaction is on the disk before its commit returns. */
const PRAGMAS = [
  // Only a file that is still empty takes it.
  'pragma auto_vacuum = incremental',
  'pragma busy_timeout = 1000',
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma foreign_keys = on',
  'pragma journal_size_limit = 16777216',
];

/** Nothing waits for longer than this. */
const LONGEST_WAIT_MS = 3_600_000;

export interface OpenDatabase {
  readonly kysely: Kysely<Schema>;
  readonly writes: GroupedWrites;
  /** Gives the disk back some of the room that is free in the file: not all at once, that takes time. */
  shrink(): Promise<void>;
  /** Does what was asked, then leaves everything in the one file and nothing in the log beside it, if the disk has room. */
  close(): Promise<void>;
}

/** The file that holds the upgrades of a data directory. */
export function databaseFile(directory: string): string {
  return directory === IN_MEMORY ? IN_MEMORY : resolve(directory, 'updater.db');
}

/**
 * Opens the file, making it if it is missing, and brings it up to date. Whatever it throws says
 * why the file cannot be used. One that is suspect is read from end to end.
 */
export function openDatabase(file: string, now: Date, isSuspect = false): OpenDatabase {
  const libsql = connect(file);
  try {
    for (const pragma of PRAGMAS) libsql.exec(pragma);
    migrate(libsql);
    libsql.exec(notLater(now));
    if (isSuspect) lookForDamage(libsql);
  } catch (error) {
    libsql.close();
    throw error;
  }
  const database = guarded(libsql);
  const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  // There is no disk to wait for in memory.
  const execute =
    file === IN_MEMORY
      ? async (statement: string) => void libsql.exec(statement)
      : (statement: string) => inBackground(libsql, statement);
  // Lets whoever wants to write as well come, and everything else have its turn.
  const writes = new GroupedWrites(kysely, () => execute('commit'), breath);
  return {
    kysely,
    writes,
    async shrink() {
      // Not through Kysely: it would take one step of the many that this statement has.
      await kysely.connection().execute(() => execute('pragma incremental_vacuum(500)'));
    },
    async close() {
      await writes.done();
      await kysely.connection().execute(async () => checkpointAndClose(libsql, database));
    },
  };
}

/**
 * Somebody may have set the clock back since all this was written. What would have to wait for longer than anything does is
 * due now, and what has begun in the future begins now: else nothing that is measured from it would ever be over.
 */
function notLater(now: Date): string {
  const ms = now.getTime();
  const text = `'${now.toISOString()}'`;
  const due = (column: string) => `${column} = ${ms} where ${column} > ${ms + LONGEST_WAIT_MS}`;
  const column = (name: string) => `${name} = min(${name}, ${ms})`;
  const date = (json: string, key: string) =>
    `${json} = iif(${json} ->> '$.${key}' > ${text}, json_set(${json}, '$.${key}', ${text}), ${json})`;
  const sets = [
    column('timed_from'),
    column('busy_since'),
    date('attempt', 'at'),
    date('undoing', 'at'),
    date('outage', 'since'),
    date('proof', 'soundSince'),
    date('proof', 'inspectedAt'),
  ];
  return `
    update upgrades set ${due('plan_at')};
    update upgrades set ${date('outage', 'since')} where plan_at is not null;
    update plans set ${date('outage', 'since')} where status = 'pending';
    update rollouts set ${due('due_at')} and activity in ('queued', 'watched');
    ${sets.map((set) => `update rollouts set ${set} where activity <> 'over';`).join('\n')}
    update outbox set ${due('due_at')};
  `;
}

function lookForDamage(libsql: Libsql.Database): void {
  const [found] = libsql.prepare('pragma quick_check(1)').pluck().all();
  if (found !== 'ok') throw new Error(`it is damaged: ${String(found)}`);
}

/** Makes the directory if it is missing. Throws where it may not be written to. */
export function prepareDirectory(directory: string): void {
  makeDirectory(resolve(directory));
  accessSync(directory, constants.W_OK);
}

/** Node's own way to make what is above as well never ends where the system says that it is not there: below `/proc`. */
function makeDirectory(directory: string): void {
  if (isDirectory(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have been faster.
    if (!isDirectory(directory)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function checkpointAndClose(libsql: Libsql.Database, database: SqliteDatabase): void {
  try {
    libsql.exec('pragma wal_checkpoint(truncate)');
  } catch {
    // A full disk has no room for it: the log stays beside the file, and both are read at the next start.
  }
  database.close();
}
