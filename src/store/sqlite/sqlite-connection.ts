import { dirname } from 'node:path';
import { Subject } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { UpdaterError, type ErrorDetails } from '../../common/errors.js';
import type { Log } from '../../common/log.js';
import type { StoreTiming } from '../upgrade-store.js';
import {
  databaseFile,
  IN_MEMORY,
  openDatabase,
  prepareDirectory,
  type OpenDatabase,
} from './open-database.js';
import { DirectoryHeld, ProcessLock } from './process-lock.js';
import type { Work } from './transaction.js';
import { isDamaged, needsReopening, openingTrouble, storageTrouble } from './trouble.js';

/** A file that could not be opened is tried again by the next call, but not more often than this. */
export const REOPEN_MS = 1000;

/** For so long another process may have the data directory before this one ends. */
export const HELD_MS = 60_000;

/** The one connection to the database file. While the file cannot be opened every call says why, and tries again. */
export class SqliteConnection {
  private readonly file: string;
  private lock: ProcessLock | null = null;
  private database: OpenDatabase | null = null;
  private trouble = 'it has not been opened yet';
  private held = false;
  private isSuspect = false;
  private triedAt = -Infinity;
  private closed = false;
  private readonly timings = new Subject<StoreTiming>();
  /** Every read and write, once it is over. */
  readonly timings$ = this.timings.asObservable();

  constructor(
    directory: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.file = databaseFile(directory);
  }

  /** Says so while another process has the directory; null otherwise. */
  get heldElsewhere(): UpdaterError | null {
    return this.held ? this.known(this.trouble) : null;
  }

  /** Never throws: what is wrong is logged, and told by every call. */
  open(): void {
    if (this.closed) return;
    this.triedAt = this.clock.monotonicMs();
    try {
      this.lockDirectory();
      this.database = openDatabase(this.file, this.clock.now(), this.isSuspect);
      this.held = false;
      this.isSuspect = false;
      this.trouble = '';
      this.log.info('store opened', { file: this.file });
      if (this.file === IN_MEMORY) this.log.warn('the store keeps nothing beyond this process');
    } catch (error) {
      const trouble = openingTrouble(error);
      this.held = error instanceof DirectoryHeld;
      if (trouble !== this.trouble) this.say(trouble);
      this.trouble = trouble;
    }
  }

  /**
   * Reads what was there at one time: nobody writes meanwhile, for there is but one connection.
   *
   * @throws UpdaterError `store.unavailable` when the storage is to blame; anything else as it was thrown
   */
  read<T>(work: Work<T>): Promise<T> {
    return this.timed(
      'read',
      this.use(({ kysely }) => kysely.connection().execute(work)),
    );
  }

  /**
   * Writes all, and safely, or nothing if it throws. The work may be done twice.
   *
   * @throws UpdaterError `store.unavailable` when the storage is to blame; anything else as it was thrown
   */
  write<T>(work: Work<T>): Promise<T> {
    return this.timed(
      'write',
      this.use(({ writes }) => writes.write(work)),
    );
  }

  /**
   * Gives the disk back some of the room that is free in the file.
   *
   * @throws UpdaterError `store.unavailable`
   */
  shrink(): Promise<void> {
    return this.use((database) => database.shrink());
  }

  /** Waits for the work before it. */
  async close(): Promise<void> {
    this.closed = true;
    this.trouble = 'it has been closed';
    const { database, lock } = this;
    this.database = null;
    this.lock = null;
    await database?.close();
    lock?.release();
  }

  private async timed<T>(operation: StoreTiming['operation'], work: Promise<T>): Promise<T> {
    const sinceMs = this.clock.monotonicMs();
    let isWell = true;
    try {
      return await work;
    } catch (error) {
      isWell = !(error instanceof UpdaterError) || error.code !== 'store.unavailable';
      throw error;
    } finally {
      this.timings.next({ operation, isWell, seconds: (this.clock.monotonicMs() - sinceMs) / 1000 });
    }
  }

  private async use<T>(work: (database: OpenDatabase) => Promise<T>): Promise<T> {
    const database = this.opened();
    try {
      return await work(database);
    } catch (error) {
      const trouble = storageTrouble(error);
      if (trouble === null) throw error;
      if (!needsReopening(error)) throw this.unavailable(trouble);
      this.giveUp(database, trouble, isDamaged(error));
      throw this.known(trouble);
    }
  }

  private lockDirectory(): void {
    if (this.file === IN_MEMORY) return;
    prepareDirectory(dirname(this.file));
    this.lock ??= ProcessLock.take(dirname(this.file), this.clock.now());
  }

  private opened(): OpenDatabase {
    if (!this.database && this.clock.monotonicMs() - this.triedAt >= REOPEN_MS) this.open();
    if (this.database) return this.database;
    throw this.known(this.trouble);
  }

  /** The next call opens it anew, but not at once. */
  private giveUp(database: OpenDatabase, trouble: string, isSuspect: boolean): void {
    if (this.database !== database) return;
    this.isSuspect = isSuspect;
    this.say(trouble);
    this.trouble = trouble;
    this.triedAt = this.clock.monotonicMs();
    this.database = null;
    // What is wrong with it is known, and nothing is lost with it.
    database.close().catch(() => undefined);
  }

  /** Once for all who will be told. */
  private say(trouble: string): void {
    const { message } = this.known(trouble);
    if (this.held) this.log.warn(`${message}; waiting for it, up to ${HELD_MS / 1000} s`);
    else this.log.error(message);
  }

  /** For what was said. */
  private known(trouble: string): UpdaterError {
    return this.unavailable(trouble, { isLogged: true });
  }

  private unavailable(trouble: string, details: ErrorDetails = {}): UpdaterError {
    const message = `the store ${this.file} cannot be used: ${trouble}`;
    return new UpdaterError('store.unavailable', message, details);
  }
}
