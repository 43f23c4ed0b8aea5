import { sql, type Kysely, type Selectable } from 'kysely';
import type { ReasonCode } from '../../domain/reasons.js';
import type { TallyRow } from '../../domain/upgrade.js';
import type { ListQuery, Page, UpgradeRecord } from '../upgrade-store.js';
import { fromCursor, toCursor } from './cursor.js';
import { rolloutOf } from './rollout-rows.js';
import { planOf, upgradeOf } from './rows.js';
import type { Schema, UpgradeTable } from './schema.js';

export async function find(db: Kysely<Schema>, upgradeId: string): Promise<UpgradeRecord | null> {
  const rows = await db.selectFrom('upgrades').selectAll().where('id', '=', upgradeId).execute();
  const [record] = await complete(db, rows);
  return record ?? null;
}

/** A page ends early with the upgrade that brings it to so many services: it is held in memory as a whole. */
const MAX_SERVICES = 2000;

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
  for (let services = 0; data.length < Math.min(limit, rows.length) && services < MAX_SERVICES;) {
    const record = await complete(db, rows.slice(data.length, data.length + 1));
    data.push(...record);
    services += record.reduce((sum, one) => sum + servicesIn(one), 0);
  }
  const last = rows.length > data.length ? rows[data.length - 1] : undefined;
  return { data, next: last ? toCursor(last.seq) : null };
}

function servicesIn({ plans, rollouts }: UpgradeRecord): number {
  return plans.reduce((sum, { skipped }) => sum + skipped.length, rollouts.length);
}

export async function tally(db: Kysely<Schema>, upgradeId: string): Promise<readonly TallyRow[]> {
  const code = sql<ReasonCode | null>`reason ->> '$.code'`;
  return db
    .selectFrom('rollouts')
    .select(({ fn }) => ['status', code.as('reason'), fn.countAll<number>().as('count')])
    .where('upgrade_id', '=', upgradeId)
    .groupBy(['status', code])
    .execute();
}

/** Adds what came of the upgrades, with two queries however many they are. */
async function complete(
  db: Kysely<Schema>,
  upgrades: readonly Selectable<UpgradeTable>[],
): Promise<UpgradeRecord[]> {
  const ids = upgrades.map((upgrade) => upgrade.id);
  const plans = db.selectFrom('plans').selectAll().where('upgrade_id', 'in', ids);
  const rollouts = db.selectFrom('rollouts').selectAll().where('upgrade_id', 'in', ids);
  const plansOf = grouped(await plans.orderBy('upgrade_id').orderBy('seq').execute());
  const rolloutsOf = grouped(await rollouts.orderBy('upgrade_id').orderBy('seq').execute());
  return upgrades.map((upgrade) => ({
    upgrade: upgradeOf(upgrade),
    plans: (plansOf.get(upgrade.id) ?? []).map(planOf),
    rollouts: (rolloutsOf.get(upgrade.id) ?? []).map(rolloutOf),
  }));
}

function grouped<T extends { readonly upgrade_id: string }>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.upgrade_id);
    if (group) group.push(row);
    else groups.set(row.upgrade_id, [row]);
  }
  return groups;
}
