import type { Kysely } from 'kysely';
import { UpdaterError } from '../../common/errors.js';
import type { EnvironmentPlan, Rollout, Upgrade } from '../../domain/upgrade.js';
import type { Change, OutboxItem } from '../upgrade-store.js';
import { outboxRow, planRow, rolloutRow, upgradeRow } from './rows.js';
import type { Schema } from './schema.js';

/** Writes a change and answers it with the versions its records now have. Whole only inside a transaction. */
export async function write(db: Kysely<Schema>, change: Change): Promise<Change> {
  const upgrade = change.upgrade && (await writeUpgrade(db, change.upgrade));
  for (const plan of change.plans ?? []) await writePlan(db, plan);
  const rollouts: Rollout[] = [];
  for (const rollout of change.rollouts ?? []) rollouts.push(await writeRollout(db, rollout));
  for (const item of change.outbox ?? []) await writeOutboxItem(db, item);
  for (const id of change.outboxDone ?? []) await db.deleteFrom('outbox').where('id', '=', id).execute();
  return { ...change, ...(upgrade && { upgrade }), ...(change.rollouts && { rollouts }) };
}

async function writeUpgrade(db: Kysely<Schema>, upgrade: Upgrade): Promise<Upgrade> {
  const written = await nextVersion(db, 'upgrades', upgrade);
  const row = upgradeRow(written);
  const insert = db.insertInto('upgrades').values(row);
  await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
  return written;
}

async function writeRollout(db: Kysely<Schema>, rollout: Rollout): Promise<Rollout> {
  const written = await nextVersion(db, 'rollouts', rollout);
  const row = rolloutRow(written);
  const insert = db.insertInto('rollouts').values(row);
  await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
  return written;
}

async function writePlan(db: Kysely<Schema>, plan: EnvironmentPlan): Promise<void> {
  const row = planRow(plan);
  const key = ['upgrade_id', 'backend', 'environment_id'] as const;
  const insert = db.insertInto('plans').values(row);
  await insert.onConflict((stored) => stored.columns(key).doUpdateSet(row)).execute();
}

async function writeOutboxItem(db: Kysely<Schema>, item: OutboxItem): Promise<void> {
  const row = outboxRow(item);
  const insert = db.insertInto('outbox').values(row);
  await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
}

/** The record's next version, if the one at hand is the newest. */
async function nextVersion<T extends Upgrade | Rollout>(
  db: Kysely<Schema>,
  table: 'upgrades' | 'rollouts',
  record: T,
): Promise<T> {
  const stored = await db.selectFrom(table).select('version').where('id', '=', record.id).executeTakeFirst();
  if ((stored?.version ?? 0) === record.version) return { ...record, version: record.version + 1 };
  throw new UpdaterError(
    'store.conflict',
    `${table}: ${record.id} has been written by somebody else in between`,
  );
}

/** Proves that the file can be written to. */
export async function probe(db: Kysely<Schema>, now: Date): Promise<void> {
  const row = { id: 1, at: now.getTime() } as const;
  const insert = db.insertInto('probe').values(row);
  await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
}
