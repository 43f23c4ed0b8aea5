import { sql, type InsertResult, type Kysely, type UpdateResult } from 'kysely';
import { breath, inFews, mapInFews } from '../../common/breath.js';
import { UpdaterError } from '../../common/errors.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { EnvironmentPlan, JournalEntry, NewEntry, Upgrade } from '../../domain/upgrade.js';
import type { Change, IdempotencyKey, Written } from '../upgrade-store.js';
import { writeAudit } from './audit.js';
import { rolloutRow } from './rollout-rows.js';
import { holdRow, journalRow, keyRow, outboxRow, planRow, upgradeRow } from './rows.js';
import type { Schema } from './schema.js';

/** When it is worth another try to have an upgrade accepted where too many are not planned. */
const FULL_PAUSE_MS = 30_000;

/**
 * Writes a change and answers it as it was written. Whole only inside a transaction. However much it is, everything else has
 * its turn meanwhile, but nobody else the database.
 */
export async function write(db: Kysely<Schema>, change: Change): Promise<Written> {
  if (change.mostUnplanned !== undefined) await checkRoom(db, change.mostUnplanned);
  const upgrade = change.upgrade && (await writeUpgrade(db, change.upgrade));
  for (const plan of change.plans ?? []) await writePlan(db, plan);
  const rollouts = await writeRollouts(db, change.rollouts ?? []);
  await writeOutbox(db, change);
  for (const service of change.lifted ?? []) await lift(db, service);
  for (const hold of change.holds ?? []) await writeHold(db, hold);
  if (change.key) await writeKey(db, change.key);
  if (change.audit) await writeAudit(db, change.audit);
  const journal = await writeJournal(db, change.journal ?? []);
  return { ...change, ...(upgrade && { upgrade }), ...(change.rollouts && { rollouts }), journal };
}

async function checkRoom(db: Kysely<Schema>, most: number): Promise<void> {
  const { count } = await db.selectFrom('unplanned').select('count').executeTakeFirstOrThrow();
  if (count < most) return;
  const message = `${count} accepted upgrades wait to be planned, and there may be no more: come again later`;
  throw new UpdaterError('service.full', message, { retryAfterMs: FULL_PAUSE_MS });
}

async function writeUpgrade(db: Kysely<Schema>, upgrade: Upgrade): Promise<Upgrade> {
  const written = { ...upgrade, version: upgrade.version + 1 };
  const row = upgradeRow(written);
  const done =
    upgrade.version === 0
      ? db
          .insertInto('upgrades')
          .values(row)
          .onConflict((stored) => stored.column('id').doNothing())
      : db.updateTable('upgrades').set(row).where('id', '=', row.id).where('version', '=', upgrade.version);
  await unlessOvertaken(done, upgrade);
  return written;
}

/** Those that are new go in together, before the others. */
async function writeRollouts(db: Kysely<Schema>, rollouts: readonly Rollout[]): Promise<readonly Rollout[]> {
  const fresh = rollouts.filter(({ version }) => version === 0);
  for (const [index, few] of inFews(fresh).entries()) {
    if (index > 0) await breath();
    await insertRollouts(db, few);
  }
  return mapInFews(rollouts, async (rollout) => {
    const written = { ...rollout, version: rollout.version + 1 };
    if (rollout.version > 0) await updateRollout(db, rollout, written);
    return written;
  });
}

async function insertRollouts(db: Kysely<Schema>, fresh: readonly Rollout[]): Promise<void> {
  const rows = fresh.map((rollout) => ({
    ...rolloutRow({ ...rollout, version: 1 }),
    arrival: sql<number>`coalesce((select seq from upgrades where id = ${rollout.upgradeId}), 0)`,
  }));
  const insert = db.insertInto('rollouts').values(rows);
  const done = await insert.onConflict((stored) => stored.column('id').doNothing()).executeTakeFirst();
  if (rowsOf(done) < fresh.length) throw overtaken(fresh.map(({ id }) => id).join(' or '));
}

async function updateRollout(db: Kysely<Schema>, { version }: Rollout, written: Rollout): Promise<void> {
  const row = rolloutRow(written);
  await unlessOvertaken(
    db.updateTable('rollouts').set(row).where('id', '=', row.id).where('version', '=', version),
    written,
  );
}

/** Runs an update that matches no row where the record at hand is not the newest. */
async function unlessOvertaken(
  done: { executeTakeFirst(): Promise<InsertResult | UpdateResult | undefined> },
  { id }: Upgrade | Rollout,
): Promise<void> {
  if (rowsOf(await done.executeTakeFirst()) > 0) return;
  throw overtaken(id);
}

function overtaken(who: string): UpdaterError {
  return new UpdaterError(
    'store.conflict',
    `${who} has changed meanwhile, by a newer push, a decision or another step of the updater`,
  );
}

function rowsOf(result: InsertResult | UpdateResult | undefined): number {
  if (!result) return 0;
  return Number('numUpdatedRows' in result ? result.numUpdatedRows : (result.numInsertedOrUpdatedRows ?? 0));
}

async function writePlan(db: Kysely<Schema>, plan: EnvironmentPlan): Promise<void> {
  const row = await planRow(plan);
  const key = ['upgrade_id', 'backend', 'environment_id'] as const;
  const insert = db.insertInto('plans').values(row);
  const anew = insert.onConflict((stored) =>
    stored.columns(key).doUpdateSet((set) => ({
      environment_name: set.ref('excluded.environment_name'),
      status: set.ref('excluded.status'),
      outage: set.ref('excluded.outage'),
      skipped: set.ref('excluded.skipped'),
    })),
  );
  await anew.execute();
}

async function writeOutbox(db: Kysely<Schema>, { outbox = [], outboxDone = [] }: Change): Promise<void> {
  for (const item of outbox) {
    const row = outboxRow(item);
    const insert = db.insertInto('outbox').values(row);
    await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
  }
  for (const [index, few] of inFews(outboxDone).entries()) {
    if (index > 0) await breath();
    for (const id of few) await db.deleteFrom('outbox').where('id', '=', id).execute();
  }
}

async function writeJournal(
  db: Kysely<Schema>,
  entries: readonly NewEntry[],
): Promise<readonly JournalEntry[]> {
  const written: JournalEntry[] = [];
  for (const few of inFews(entries)) {
    if (written.length > 0) await breath();
    const { insertId } = await db.insertInto('journal').values(few.map(journalRow)).executeTakeFirstOrThrow();
    const before = Number(insertId) - few.length;
    written.push(...few.map((entry, index) => ({ ...entry, id: before + index + 1 })));
  }
  return written;
}

async function writeHold(db: Kysely<Schema>, hold: Hold): Promise<void> {
  const row = holdRow(hold);
  const key = ['service_backend', 'service_environment', 'service_id', 'image'] as const;
  const insert = db.insertInto('holds').values(row);
  await insert.onConflict((stored) => stored.columns(key).doUpdateSet(row)).execute();
}

async function lift(db: Kysely<Schema>, lifted: NonNullable<Change['lifted']>[number]): Promise<void> {
  const { backend, environment, id, image } = lifted;
  let holds = db
    .deleteFrom('holds')
    .where('service_backend', '=', backend)
    .where('service_environment', '=', environment)
    .where('service_id', '=', id);
  if (image !== undefined) holds = holds.where('image', '=', image);
  await holds.execute();
}

async function writeKey(db: Kysely<Schema>, key: IdempotencyKey): Promise<void> {
  const insert = db.insertInto('idempotency_keys').values(keyRow(key));
  const { numInsertedOrUpdatedRows: inserted } = await insert
    .onConflict((stored) => stored.column('key').doNothing())
    .executeTakeFirst();
  if (!inserted) throw new UpdaterError('store.conflict', `idempotency key ${key.key} is there already`);
}

/** Proves that the file can be written to, and that there is room for some upgrades. */
export async function probe(db: Kysely<Schema>, now: Date): Promise<void> {
  const row = { id: 1, at: now.getTime(), room: sql<Uint8Array>`zeroblob(65536)` } as const;
  const insert = db.insertInto('probe').values(row);
  await insert.onConflict((stored) => stored.column('id').doUpdateSet(row)).execute();
}
