import { sql, type Kysely, type Selectable } from 'kysely';
import { breath } from '../../common/breath.js';
import type { Rollout } from '../../domain/rollout.js';
import type { EnvironmentPlan } from '../../domain/upgrade.js';
import type { ListQuery, Page, UpgradeRecord } from '../upgrade-store.js';
import { fromCursor, toCursor } from './cursor.js';
import { rolloutOf } from './rollout-rows.js';
import { planOf, upgradeOf } from './rows.js';
import type { Schema, UpgradeTable } from './schema.js';
import { planKey, skippedBy } from './skipped.js';
import { statement } from './statement.js';

/** So many are read at once: everything else has its turn after them. */
const ROLLOUTS_AT_ONCE = 100;

/** A page ends early with the upgrade that brings it to so many services: it is held in memory as a whole. */
const MAX_SERVICES = 2000;

export const selectUpgrade = statement((db, { upgradeId }: { readonly upgradeId: string }) =>
  db.selectFrom('upgrades').selectAll().where('id', '=', upgradeId).compile(),
);

const selectPlans = statement((db, { upgradeId }: { readonly upgradeId: string }) =>
  db.selectFrom('plans').selectAll().where('upgrade_id', '=', upgradeId).orderBy('seq').compile(),
);

const selectRollouts = statement(
  (db, { upgradeId, after }: { readonly upgradeId: string; readonly after: number }) =>
    db
      .selectFrom('rollouts')
      .selectAll()
      .where('upgrade_id', '=', upgradeId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROLLOUTS_AT_ONCE)
      .compile(),
);

export async function find(db: Kysely<Schema>, upgradeId: string): Promise<UpgradeRecord | null> {
  const [row] = (await selectUpgrade(db, { upgradeId })).rows;
  return row ? complete(db, row) : null;
}

export async function list(db: Kysely<Schema>, query: ListQuery): Promise<Page> {
  const { status, repository, version, after, limit } = query;
  let select = db.selectFrom('upgrades').selectAll();
  if (status !== undefined) select = select.where('status', '=', status);
  if (repository !== undefined) select = select.where('repository', '=', repository);
  if (version !== undefined) {
    select = select.where(sql`substr(image, ${-version.length})`, '=', version);
  }
  if (after !== undefined) select = select.where('seq', '<', fromCursor(after));
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute();
  const data: UpgradeRecord[] = [];
  for (const row of rows.slice(0, limit)) {
    if (data.reduce((sum, record) => sum + servicesIn(record), 0) >= MAX_SERVICES) break;
    data.push(await complete(db, row));
  }
  const last = rows.length > data.length ? rows[data.length - 1] : undefined;
  return { data, next: last ? toCursor(last.seq) : null };
}

function servicesIn({ plans, rollouts }: UpgradeRecord): number {
  return plans.reduce((sum, { skipped }) => sum + skipped.length, rollouts.length);
}

/** Adds what came of an upgrade. */
async function complete(db: Kysely<Schema>, row: Selectable<UpgradeTable>): Promise<UpgradeRecord> {
  return {
    upgrade: upgradeOf(row),
    plans: await plansOf(db, row.id),
    rollouts: await rolloutsOf(db, row.id),
  };
}

async function plansOf(db: Kysely<Schema>, upgradeId: string): Promise<readonly EnvironmentPlan[]> {
  const { rows } = await selectPlans(db, { upgradeId });
  const skipped = await skippedBy(db, upgradeId);
  return rows.map((row) => planOf(row, skipped.get(planKey(row)) ?? []));
}

async function rolloutsOf(db: Kysely<Schema>, upgradeId: string): Promise<readonly Rollout[]> {
  const rollouts: Rollout[] = [];
  for (let after = 0; ; await breath()) {
    const { rows } = await selectRollouts(db, { upgradeId, after });
    rollouts.push(...rows.map(rolloutOf));
    const last = rows.at(-1);
    if (!last || rows.length < ROLLOUTS_AT_ONCE) return rollouts;
    after = last.seq;
  }
}
