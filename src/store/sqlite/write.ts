import { sql, type Insertable, type Kysely, type QueryResult } from 'kysely';
import { mapInFews } from '../../common/breath.js';
import { UpdaterError } from '../../common/errors.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { EnvironmentPlan, JournalEntry, NewEntry, Upgrade } from '../../domain/upgrade.js';
import type { Change, IdempotencyKey, Written } from '../upgrade-store.js';
import { writeAudit } from './audit.js';
import { rolloutRow, type RolloutRow } from './rollout-rows.js';
import { holdRow, journalRow, keyRow, outboxRow, planRow, upgradeRow } from './rows.js';
import type { JournalTable, OutboxTable, PlanTable, Schema, UpgradeTable } from './schema.js';
import { writeSkipped } from './skipped.js';
import { statement } from './statement.js';

/** When it is worth another try to have an upgrade accepted where too many are not planned. */
const FULL_PAUSE_MS = 30_000;

/** A row that takes the place of an older one. `before`: the version of that. */
type Newer<Row> = Row & { readonly before: number };

const insertUpgrade = statement((db, row: Insertable<UpgradeTable>) =>
  db
    .insertInto('upgrades')
    .values(row)
    .onConflict((stored) => stored.column('id').doNothing())
    .compile(),
);

const updateUpgrade = statement((db, { before, ...row }: Newer<Insertable<UpgradeTable>>) =>
  db.updateTable('upgrades').set(row).where('id', '=', row.id).where('version', '=', before).compile(),
);

const insertRollout = statement((db, row: RolloutRow) =>
  db
    .insertInto('rollouts')
    .values({
      ...row,
      arrival: sql<number>`coalesce((select seq from upgrades where id = ${row.upgrade_id}), 0)`,
    })
    .onConflict((stored) => stored.column('id').doNothing())
    .compile(),
);

const updateRollout = statement((db, { before, ...row }: Newer<RolloutRow>) =>
  db.updateTable('rollouts').set(row).where('id', '=', row.id).where('version', '=', before).compile(),
);

const putPlan = statement((db, row: Insertable<PlanTable>) =>
  db
    .insertInto('plans')
    .values(row)
    .onConflict((stored) =>
      stored.columns(['upgrade_id', 'backend', 'environment_id']).doUpdateSet((set) => ({
        environment_name: set.ref('excluded.environment_name'),
        status: set.ref('excluded.status'),
        outage: set.ref('excluded.outage'),
      })),
    )
    .compile(),
);

const putNotice = statement((db, row: Insertable<OutboxTable>) =>
  db
    .insertInto('outbox')
    .values(row)
    .onConflict((stored) => stored.column('id').doUpdateSet(row))
    .compile(),
);

const deleteNotice = statement((db, { id }: { readonly id: string }) =>
  db.deleteFrom('outbox').where('id', '=', id).compile(),
);

const insertEntry = statement((db, row: Insertable<JournalTable>) =>
  db.insertInto('journal').values(row).compile(),
);

/**
 * Writes a change and answers it as it was written. Whole only inside a transaction. However much it is, everything else has
 * its turn meanwhile, but nobody else the database.
 */
export async function write(db: Kysely<Schema>, change: Change): Promise<Written> {
  if (change.mostUnplanned !== undefined) await checkRoom(db, change.mostUnplanned);
  const upgrade = change.upgrade && (await writeUpgrade(db, change.upgrade));
  for (const plan of change.plans ?? []) await writePlan(db, plan);
  const rollouts = await mapInFews(change.rollouts ?? [], (rollout) => writeRollout(db, rollout));
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
  const { version } = upgrade;
  const written = { ...upgrade, version: version + 1 };
  const row = upgradeRow(written);
  checkTaken(
    await (version === 0 ? insertUpgrade(db, row) : updateUpgrade(db, { ...row, before: version })),
    upgrade,
  );
  return written;
}

async function writePlan(db: Kysely<Schema>, plan: EnvironmentPlan): Promise<void> {
  await putPlan(db, planRow(plan));
  await writeSkipped(db, plan);
}

async function writeRollout(db: Kysely<Schema>, rollout: Rollout): Promise<Rollout> {
  const { version } = rollout;
  const written = { ...rollout, version: version + 1 };
  const row = rolloutRow(written);
  checkTaken(
    await (version === 0 ? insertRollout(db, row) : updateRollout(db, { ...row, before: version })),
    rollout,
  );
  return written;
}

/** What changes no row is about a record that is not the newest. */
function checkTaken({ numAffectedRows }: QueryResult<unknown>, { id }: Upgrade | Rollout): void {
  if (numAffectedRows) return;
  throw new UpdaterError(
    'store.conflict',
    `${id} has changed meanwhile, by a newer push, a decision or another step of the updater`,
  );
}

async function writeOutbox(db: Kysely<Schema>, { outbox = [], outboxDone = [] }: Change): Promise<void> {
  for (const item of outbox) await putNotice(db, outboxRow(item));
  await mapInFews(outboxDone, (id) => deleteNotice(db, { id }));
}

async function writeJournal(
  db: Kysely<Schema>,
  entries: readonly NewEntry[],
): Promise<readonly JournalEntry[]> {
  return mapInFews(entries, async (entry) => {
    const { insertId } = await insertEntry(db, journalRow(entry));
    return { ...entry, id: Number(insertId) };
  });
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
