import type { Kysely } from 'kysely';
import type { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Log } from '../../common/log.js';
import { databaseFile, IN_MEMORY, openDatabase, type OpenDatabase } from './open-database.js';
import type { Schema } from './schema.js';
import { openingTrouble, storageTrouble } from './trouble.js';

/** A file that could not be opened is tried again by the next call, but not more often than this. */
const REOPEN_MS = 1000;

/** The one connection to the database file. While the file cannot be opened every call says why, and tries again. */
export class SqliteConnection {
  private readonly file: string;
  private database: OpenDatabase | null = null;
  private trouble = 'it has not been opened yet';
  private triedAt = -Infinity;
  private closed = false;

  constructor(
    directory: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.file = databaseFile(directory);
  }

  /** Never throws: what is wrong is logged, and told by every call. */
  open(): void {
    this.triedAt = this.clock.monotonicMs();
    try {
      this.database = openDatabase(this.file);
      this.log.info('store opened', { file: this.file });
      if (this.file === IN_MEMORY) this.log.warn('the store keeps nothing beyond this process');
    } catch (error) {
      const trouble = openingTrouble(error);
      if (trouble !== this.trouble) this.log.error(this.unavailable(trouble).message);
      this.trouble = trouble;
    }
  }

  /**
   * Does the work in one transaction, alone: all of it, or nothing if it throws.
   *
   * @throws UpdaterError `store.unavailable` when the storage is to blame; anything else as it was thrown
   */
  async transact<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const { kysely } = this.opened();
    try {
      return await inTransaction(kysely, work);
    } catch (error) {
      const trouble = storageTrouble(error);
      throw trouble === null ? error : this.unavailable(trouble);
    }
  }

  /** Waits for the work before it. */
  async close(): Promise<void> {
    this.closed = true;
    this.trouble = 'it has been closed';
    const { database } = this;
    this.database = null;
    await database?.kysely.connection().execute(async () => database.close());
  }

  private opened(): OpenDatabase {
    if (!this.database && !this.closed && this.clock.monotonicMs() - this.triedAt >= REOPEN_MS) this.open();
    if (this.database) return this.database;
    throw this.unavailable(this.trouble);
  }

  private unavailable(trouble: string): UpdaterError {
    return new UpdaterError('store.unavailable', `the store ${this.file} cannot be used: ${trouble}`);
  }
}

async function inTransaction<T>(
  kysely: Kysely<Schema>,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  const transaction = await kysely.startTransaction().execute();
  try {
    const result = await work(transaction);
    await transaction.commit().execute();
    return result;
  } catch (error) {
    // After a full disk SQLite has already rolled back, and complains here: only the first error tells what happened.
    await transaction
      .rollback()
      .execute()
      .catch(() => undefined);
    throw error;
  }
}
