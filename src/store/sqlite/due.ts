import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import type { Activity } from '../../domain/activity.js';
import type { Rollout, RolloutStatus } from '../../domain/rollout.js';
import type { EnvironmentPlan, Upgrade, UpgradeStatus } from '../../domain/upgrade.js';
import type { DueQuery, OutboxHead, OutboxItem } from '../upgrade-store.js';
import { rolloutOf } from './rollout-rows.js';
import { outboxItemOf, upgradeOf } from './rows.js';
import type { RolloutTable, Schema } from './schema.js';
import { statement } from './statement.js';

// SQLite uses a partial index only where a query repeats the index's condition: these words are never bound.
const QUEUED = sql.lit<RolloutStatus>('queued');
const BUSY = sql<RolloutStatus>`('upgrading', 'finishing', 'rolling_back')`;
const RUNNING = sql.lit<UpgradeStatus>('running');
const PENDING = sql.lit<EnvironmentPlan['status']>('pending');
const MOVING = sql.lit<Activity>('moving');
const WATCHED = sql.lit<Activity>('watched');

interface Reach {
  readonly now: number;
  readonly limit: number;
}

const selectUnplanned = statement((db, { now, limit }: Reach) =>
  db
    .selectFrom('upgrades')
    .selectAll()
    .where('plan_at', '<=', now)
    .orderBy('plan_at')
    .orderBy('seq')
    .limit(limit)
    .compile(),
);

const selectStartable = statement((db, { now, limit }: Reach) =>
  db
    .selectFrom('rollouts as head')
    .selectAll()
    .where('head.status', '=', QUEUED)
    .where('head.due_at', '<=', now)
    .where(hasRoom)
    .where((eb) => eb.not(eb.exists(queuedBefore(eb))))
    .where((eb) => eb.not(eb.exists(busyNow(eb))))
    .where((eb) => eb.not(eb.exists(unplannedBefore(eb))))
    .orderBy('head.due_at')
    .orderBy('head.arrival')
    .orderBy('head.seq')
    .limit(limit)
    .compile(),
);

const selectWatched = statement((db, { now, limit }: Reach) =>
  db
    .selectFrom('rollouts')
    .selectAll()
    .where('activity', '=', WATCHED)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('seq')
    .limit(limit)
    .compile(),
);

const selectMoving = statement((db) =>
  db.selectFrom('rollouts').selectAll().where('activity', '=', MOVING).orderBy('seq').compile(),
);

const selectNextDue = statement((db, { after }: { readonly after: number }) =>
  sql<{ at: number | null }>`
    select min(at) as at from (
      select min(plan_at) as at from upgrades where plan_at > ${after}
      union all select min(due_at) from rollouts where status = ${QUEUED} and due_at > ${after}
      union all select min(due_at) from rollouts where activity = ${WATCHED} and due_at > ${after}
    )`.compile(db),
);

export async function unplanned(db: Kysely<Schema>, due: DueQuery): Promise<readonly Upgrade[]> {
  const { rows } = await selectUnplanned(db, reach(due));
  return taken(rows.map(upgradeOf), due);
}

export async function startable(db: Kysely<Schema>, due: DueQuery): Promise<readonly Rollout[]> {
  const { rows } = await selectStartable(db, reach(due));
  return taken(rows.map(rolloutOf), due);
}

export async function watched(db: Kysely<Schema>, due: DueQuery): Promise<readonly Rollout[]> {
  const { rows } = await selectWatched(db, reach(due));
  return taken(rows.map(rolloutOf), due);
}

export async function moving(db: Kysely<Schema>): Promise<readonly Rollout[]> {
  const { rows } = await selectMoving(db, {});
  return rows.map(rolloutOf);
}

/** Besides a single `min`, SQLite answers a group's columns from the row that has it. */
export async function outboxHeads(db: Kysely<Schema>): Promise<readonly OutboxHead[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(({ fn }) => ['channel', 'due_at', 'created_at', fn.min('seq').as('first')])
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .groupBy('channel')
    .execute();
  return rows.map(({ channel, waiting, created_at, due_at }) => ({
    channel,
    waiting,
    since: new Date(created_at),
    dueAt: new Date(due_at),
  }));
}

export async function outbox(
  db: Kysely<Schema>,
  channel: string,
  limit: number,
  skip: number,
): Promise<readonly OutboxItem[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('channel', '=', channel)
    .orderBy('seq')
    .limit(limit)
    .offset(skip)
    .execute();
  return rows.map(outboxItemOf);
}

export async function nextWorkDue(db: Kysely<Schema>, now: Date): Promise<Date | null> {
  const { rows } = await selectNextDue(db, { after: now.getTime() });
  return dateOf(rows[0]?.at);
}

function queuedBefore(head: Head) {
  return ofSameService(head)
    .where('other.status', '=', QUEUED)
    .where((eb) =>
      eb(eb.refTuple('other.arrival', 'other.seq'), '<', eb.refTuple('head.arrival', 'head.seq')),
    );
}

/** An upgrade of the same repository that arrived earlier and may yet bring a rollout of this service. */
function unplannedBefore(head: Head) {
  return head
    .selectFrom('upgrades as mine')
    .innerJoin('upgrades as older', 'older.repository', 'mine.repository')
    .select('older.seq')
    .whereRef('mine.id', '=', 'head.upgrade_id')
    .where('older.plan_at', 'is not', null)
    .whereRef('older.seq', '<', 'mine.seq')
    .where((eb) => {
      const plans = eb.selectFrom('plans').select('plans.seq').whereRef('plans.upgrade_id', '=', 'older.id');
      const pending = plans
        .where('plans.status', '=', PENDING)
        .whereRef('plans.backend', '=', 'head.service_backend')
        .whereRef('plans.environment_id', '=', 'head.service_environment');
      return eb.or([eb.not(eb.exists(plans)), eb.exists(pending)]);
    });
}

/**
 * Its upgrade has fewer under way than it may have at once; what is in doubt counts, but not the head itself. Of the many
 * that were not asked for yet this is found out once for each upgrade.
 */
function hasRoom(head: Head) {
  const crowded = full(head, sql`and other.id <> head.id`).whereRef('mine.id', '=', 'head.upgrade_id');
  return head.or([
    head.and([head('head.attempt', 'is', null), head('head.upgrade_id', 'not in', full(head))]),
    head.and([head('head.attempt', 'is not', null), head.not(head.exists(crowded))]),
  ]);
}

/** Upgrades that have as many under way as they may have at once. */
function full(head: Head, besides = sql``) {
  const most = sql<number | null>`mine.options ->> '$.maxParallel'`;
  const busy = sql<number>`(
    select count(*) from rollouts as other where other.upgrade_id = mine.id and other.status in ${BUSY}
  )`;
  const begun = sql<number>`(
    select count(*) from rollouts as other where other.upgrade_id = mine.id and other.status = ${QUEUED}
      and other.attempt is not null and (other.attempt ->> '$.open' or other.attempt ->> '$.restoring') ${besides}
  )`;
  return head
    .selectFrom('upgrades as mine')
    .select('mine.id')
    .where('mine.status', '=', RUNNING)
    .where(sql<boolean>`${most} is not null and ${busy} + ${begun} >= ${most}`);
}

function busyNow(head: Head) {
  return ofSameService(head).where('other.status', 'in', BUSY);
}

type Head = ExpressionBuilder<Schema & { head: RolloutTable }, 'head'>;

function ofSameService(head: Head) {
  return head
    .selectFrom('rollouts as other')
    .select('other.seq')
    .whereRef('other.service_backend', '=', 'head.service_backend')
    .whereRef('other.service_environment', '=', 'head.service_environment')
    .whereRef('other.service_id', '=', 'head.service_id');
}

function dateOf(at: number | null | undefined): Date | null {
  return at === null || at === undefined ? null : new Date(at);
}

/** As many rows that `limit` remain without the excepted; the statement does not grow with these. */
function reach({ now, limit, except }: DueQuery): Reach {
  return { now: now.getTime(), limit: limit + except.size };
}

function taken<T extends { readonly id: string }>(records: readonly T[], due: DueQuery): readonly T[] {
  return records.filter((record) => !due.except.has(record.id)).slice(0, due.limit);
}
