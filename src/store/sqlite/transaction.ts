import { CompiledQuery, type Kysely } from 'kysely';
import type { Schema } from './schema.js';

/** Something done with the database while nobody else uses it. */
export type Work<T> = (db: Kysely<Schema>) => Promise<T>;

/** Does the work in one transaction, alone: all of it, or nothing if it throws. `commit`: what ends one. */
export function inTransaction<T>(
  kysely: Kysely<Schema>,
  commit: () => Promise<void>,
  work: Work<T>,
): Promise<T> {
  return kysely.connection().execute(async (db) => {
    try {
      await execute(db, 'begin immediate');
      const result = await work(db);
      await commit();
      return result;
    } catch (error) {
      // After a full disk SQLite has already rolled back, and complains here: only the first error tells what happened.
      await execute(db, 'rollback').catch(() => undefined);
      throw error;
    }
  });
}

export async function execute(db: Kysely<Schema>, statement: string): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(statement));
}
