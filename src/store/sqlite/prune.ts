import { sql, type Kysely } from 'kysely';
import { breath } from '../../common/breath.js';
import type { Activity } from '../../domain/activity.js';
import type { UpgradeStatus } from '../../domain/upgrade.js';
import { keepServices } from './audit.js';
import type { Schema } from './schema.js';

const UNSETTLED: readonly UpgradeStatus[] = ['running', 'awaiting_confirmation'];
const OVER = sql.lit<Activity>('over');

/** As many rows are deleted at once: everything else has its turn after them. */
const ROWS_AT_ONCE = 1000;

/** Deletes at most `limit` upgrades and as many keys; answers how many of both. Whole only inside a transaction. */
export async function prune(
  db: Kysely<Schema>,
  before: Date,
  keysBefore: Date,
  limit: number,
): Promise<number> {
  const upgrades = await pruneUpgrades(db, before, limit);
  return upgrades + (await pruneKeys(db, keysBefore, limit));
}

async function pruneUpgrades(db: Kysely<Schema>, before: Date, limit: number): Promise<number> {
  const rows = await db
    .selectFrom('upgrades')
    .select('id')
    .where('finished_at', '<', before.getTime())
    .where('status', 'not in', UNSETTLED)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('rollouts')
            .select('rollouts.seq')
            .whereRef('rollouts.upgrade_id', '=', 'upgrades.id')
            .where('rollouts.activity', '!=', OVER),
        ),
      ),
    )
    .orderBy('finished_at')
    .orderBy('seq')
    .limit(limit)
    .execute();
  // One after the other, so that the statements are always the same.
  for (const { id } of rows) await deleteUpgrade(db, id);
  return rows.length;
}

async function deleteUpgrade(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('upgrade_id', '=', id).execute();
  await deleteInFews(db, 'journal', id);
  await keepServices(db, id);
  await deleteInFews(db, 'rollouts', id);
  await db.deleteFrom('skipped').where('upgrade_id', '=', id).execute();
  await db.deleteFrom('plans').where('upgrade_id', '=', id).execute();
  await db.deleteFrom('upgrades').where('id', '=', id).execute();
}

/** Deletes all rows of an upgrade, a few at a time. */
async function deleteInFews(
  db: Kysely<Schema>,
  table: 'journal' | 'rollouts',
  upgradeId: string,
): Promise<void> {
  for (;;) {
    const few = sql`select rowid from ${sql.table(table)} where upgrade_id = ${upgradeId} limit ${ROWS_AT_ONCE}`;
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where rowid in (${few})`.execute(
      db,
    );
    if (Number(numAffectedRows) < ROWS_AT_ONCE) return;
    await breath();
  }
}

async function pruneKeys(db: Kysely<Schema>, before: Date, limit: number): Promise<number> {
  const old = db
    .selectFrom('idempotency_keys')
    .select('key')
    .where('created_at', '<', before.getTime())
    .orderBy('created_at')
    .limit(limit);
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_keys')
    .where('key', 'in', old)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
