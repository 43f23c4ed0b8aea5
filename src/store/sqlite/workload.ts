import { sql, type Kysely } from 'kysely';
import type { Workload } from '../upgrade-store.js';
import type { Schema } from './schema.js';

type Row = Omit<Workload, 'runningSince'> & { readonly since: number | null };

const NOTHING: Row = { unplanned: 0, since: null, queued: 0, moving: 0, watched: 0, awaiting: 0 };

/** Counts indexes of what is open, in one question; the words are part of it, or SQLite would not take the partial ones. */
export async function workload(db: Kysely<Schema>): Promise<Workload> {
  const { rows } = await sql<Row>`
    select
      (select count(*) from upgrades where plan_at is not null) as unplanned,
      (select created_at from upgrades where status = 'running' order by seq limit 1) as since,
      (select count(*) from rollouts where status = 'queued') as queued,
      (select count(*) from rollouts where activity = 'moving') as moving,
      (select count(*) from rollouts where activity = 'watched') as watched,
      (select count(*) from rollouts where activity = 'watched' and status = 'awaiting_confirmation') as awaiting`.execute(
    db,
  );
  const [{ since, ...counts } = NOTHING] = rows;
  return { ...counts, runningSince: since === null ? null : new Date(since) };
}
