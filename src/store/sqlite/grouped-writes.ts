import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';
import { execute, inTransaction, type Work } from './transaction.js';
import { isFull, storageTrouble } from './trouble.js';

/** So many are written at once: nobody else reads or writes meanwhile. */
const MAX_TOGETHER = 64;

interface Job {
  /** Does the work; answers how to tell what came of it. */
  run(db: Kysely<Schema>): Promise<() => void>;
  fail(error: unknown): void;
}

/**
 * Writes what waits at the same time in one transaction, for the disk takes as long for one as for many. Each is still all
 * or nothing by itself, and is told done when it is safe on the disk.
 */
export class GroupedWrites {
  private readonly waiting: Job[] = [];
  private working: Promise<void> | null = null;

  /** `commit`: what ends a transaction; `pause`: how long others may come to be written together. */
  constructor(
    private readonly kysely: Kysely<Schema>,
    private readonly commit: () => Promise<void>,
    private readonly pause: () => Promise<void>,
  ) {}

  /** Throws what the work threw, or what kept the group from being written. The work may be done twice. */
  write<T>(work: Work<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (db: Kysely<Schema>) => {
        const result = await work(db);
        return () => resolve(result);
      };
      this.waiting.push({ run, fail: reject });
      this.working ??= this.workOff();
    });
  }

  /** When nothing waits any more. Never rejects. */
  async done(): Promise<void> {
    await this.working;
  }

  private async workOff(): Promise<void> {
    do {
      await this.pause();
      await this.writeTogether(this.waiting.splice(0, MAX_TOGETHER));
    } while (this.waiting.length > 0);
    this.working = null;
  }

  private async writeTogether(jobs: readonly Job[]): Promise<void> {
    try {
      const tell = await inTransaction(this.kysely, this.commit, (db) => inTurn(db, jobs));
      for (const told of tell) told();
    } catch (error) {
      // One that is too large for what is left of the disk must not take the others with it.
      if (isFull(error) && jobs.length > 1) for (const job of jobs) await this.writeTogether([job]);
      else for (const job of jobs) job.fail(error);
    }
  }
}

async function inTurn(db: Kysely<Schema>, jobs: readonly Job[]): Promise<(() => void)[]> {
  const tell: (() => void)[] = [];
  for (const job of jobs) tell.push(await inSavepoint(db, job));
  return tell;
}

/** Undoes what fails for reasons of its own. Trouble with the storage is everybody's. */
async function inSavepoint(db: Kysely<Schema>, job: Job): Promise<() => void> {
  await execute(db, 'savepoint job');
  const tell = await job.run(db).catch(async (error: unknown) => {
    if (storageTrouble(error) !== null) throw error;
    await execute(db, 'rollback to job');
    return () => job.fail(error);
  });
  await execute(db, 'release job');
  return tell;
}
