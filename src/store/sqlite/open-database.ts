import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely';
import Libsql from 'libsql';
import { guarded } from './guarded-database.js';
import { migrate } from './migrations.js';
import type { Schema } from './schema.js';

export const IN_MEMORY = ':memory:';

/** WAL with FULL: a transaction is on the disk before its commit returns. */
const PRAGMAS = [
  'pragma busy_timeout = 1000',
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma foreign_keys = on',
];

export interface OpenDatabase {
  readonly kysely: Kysely<Schema>;
  /** Leaves everything in the one file and nothing in the log beside it, if the disk has room. */
  close(): void;
}

/** The file that holds the upgrades of a data directory. */
export function databaseFile(directory: string): string {
  return directory === IN_MEMORY ? IN_MEMORY : resolve(directory, 'updater.db');
}

/**
 * Opens the file, making it and its directory if they are missing, and brings it up to date. Whatever it throws says
 * why the file cannot be used.
 */
export function openDatabase(file: string): OpenDatabase {
  if (file !== IN_MEMORY) prepareDirectory(dirname(file));
  const libsql = connect(file);
  try {
    for (const pragma of PRAGMAS) libsql.exec(pragma);
    migrate(libsql);
  } catch (error) {
    libsql.close();
    throw error;
  }
  const database = guarded(libsql);
  const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  return { kysely, close: () => checkpointAndClose(libsql, database) };
}

/** libsql's own error here is a debug print that names a number. */
function connect(file: string): Libsql.Database {
  try {
    return new Libsql(file);
  } catch {
    throw new Error('it is not a file that this process may read and write');
  }
}

function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  accessSync(directory, constants.W_OK);
}

function checkpointAndClose(libsql: Libsql.Database, database: SqliteDatabase): void {
  try {
    libsql.exec('pragma wal_checkpoint(truncate)');
  } catch {
    // A full disk has no room for it: the log stays beside the file, and both are read at the next start.
  }
  database.close();
}
