import { inspect } from 'node:util';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type Libsql from 'libsql';
import { fromSafeText, toSafeText } from './safe-text.js';

/** Preparing costs more than running. Only lists, with their filters and sizes, have many forms. */
const MAX_PREPARED = 200;

/**
 * libsql as Kysely takes it, with a guard on all that goes in and comes out: any text survives, and what SQLite has no
 * column for is a TypeError. (Without, a boolean aborts the process: libsql's binding panics.)
 */
export function guarded(database: Libsql.Database): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = prepared.get(sql);
      if (known) return known;
      if (prepared.size === MAX_PREPARED) prepared.clear();
      const statement = guardedStatement(database.prepare(sql));
      prepared.set(sql, statement);
      return statement;
    },
    close() {
      prepared.clear();
      database.close();
    },
  };
}

function guardedStatement(statement: Libsql.Statement): SqliteStatement {
  const all = (parameters: readonly unknown[]) => statement.all(parameters.map(bindable)).map(readable);
  return {
    reader: statement.reader,
    all,
    iterate: (parameters) => all(parameters).values(),
    run: (parameters) => statement.run(parameters.map(bindable)),
  };
}

function bindable(value: unknown): string | number | null {
  if (value === null) return null;
  if (typeof value === 'string') return toSafeText(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new TypeError(`only text, whole numbers and null can be stored, not ${inspect(value)}`);
}

function readable(row: unknown): unknown {
  if (!isRow(row)) return row;
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'string') row[column] = fromSafeText(value);
  }
  return row;
}

function isRow(row: unknown): row is Record<string, unknown> {
  return typeof row === 'object' && row !== null;
}
