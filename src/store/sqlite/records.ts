import { sql, type Kysely } from 'kysely';
import { breath } from '../../common/breath.js';
import type { Activity } from '../../domain/activity.js';
import type { Hold, Rollout, RolloutStatus } from '../../domain/rollout.js';
import type { ServiceRef } from '../../domain/service.js';
import type { JournalEntry, Upgrade, UpgradeStatus } from '../../domain/upgrade.js';
import type { IdempotencyKey, JournalQuery, ServiceHistory } from '../upgrade-store.js';
import { fromCursor, toCursor } from './cursor.js';
import { rolloutOf } from './rollout-rows.js';
import { holdOf, journalEntryOf, keyOf, upgradeOf } from './rows.js';
import type { Schema } from './schema.js';
import { statement } from './statement.js';

const OVER = sql.lit<Activity>('over');
const QUEUED = sql.lit<RolloutStatus>('queued');
const RUNNING = sql.lit<UpgradeStatus>('running');

/** Services looked up at once: nobody else has his turn meanwhile. */
const SERVICES_AT_ONCE = 100;

const selectOpen = statement((db, service: ServiceRef) =>
  rolloutsOf(db, service).where('activity', '<>', OVER).orderBy('arrival').orderBy('seq').compile(),
);

const selectRollout = statement((db, { id }: { readonly id: string }) =>
  db.selectFrom('rollouts').selectAll().where('id', '=', id).compile(),
);

/** Some of an upgrade's rollouts: those after one and up to another. */
interface Some {
  readonly upgradeId: string;
  readonly after: number;
  readonly last: number;
}

const selectNext = statement((db, { upgradeId, after }: Omit<Some, 'last'>) =>
  db
    .selectFrom('rollouts')
    .select('seq')
    .where('upgrade_id', '=', upgradeId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(SERVICES_AT_ONCE)
    .compile(),
);

const selectQueuedBefore = statement((db, { upgradeId, after, last }: Some) =>
  db
    .selectFrom('rollouts as mine')
    .innerJoin('rollouts as older', (join) =>
      join
        .onRef('older.service_backend', '=', 'mine.service_backend')
        .onRef('older.service_environment', '=', 'mine.service_environment')
        .onRef('older.service_id', '=', 'mine.service_id')
        .on('older.status', '=', QUEUED)
        .on((eb) =>
          eb(eb.refTuple('older.arrival', 'older.seq'), '<', eb.refTuple('mine.arrival', 'mine.seq')),
        ),
    )
    .selectAll('older')
    .where('mine.upgrade_id', '=', upgradeId)
    .where('mine.seq', '>', after)
    .where('mine.seq', '<=', last)
    .where('mine.status', '=', QUEUED)
    .compile(),
);

const selectRunning = statement((db, { image }: { readonly image: string }) =>
  db
    .selectFrom('upgrades')
    .selectAll()
    .where('image', '=', image)
    .where('status', '=', RUNNING)
    .orderBy('seq', 'desc')
    .compile(),
);

const selectHolds = statement((db) => holdsInOrder(db).compile());

const selectHoldsOf = statement((db, service: ServiceRef) =>
  holdsInOrder(db)
    .where('service_backend', '=', service.backend)
    .where('service_environment', '=', service.environment)
    .where('service_id', '=', service.id)
    .compile(),
);

export async function openOf(db: Kysely<Schema>, service: ServiceRef): Promise<readonly Rollout[]> {
  const { rows } = await selectOpen(db, refOf(service));
  return rows.map(rolloutOf);
}

export async function rollout(db: Kysely<Schema>, id: string): Promise<Rollout | null> {
  const [row] = (await selectRollout(db, { id })).rows;
  return row ? rolloutOf(row) : null;
}

/** Looks up the services of the upgrade's rollouts a few at a time, in order. */
export async function overtakenBy(db: Kysely<Schema>, upgradeId: string): Promise<readonly Rollout[]> {
  const older: Rollout[] = [];
  for (let after = 0; ; await breath()) {
    const { rows } = await selectNext(db, { upgradeId, after });
    const last = rows.at(-1)?.seq;
    if (last === undefined) return older;
    const queued = await selectQueuedBefore(db, { upgradeId, after, last });
    older.push(...queued.rows.map(rolloutOf));
    if (rows.length < SERVICES_AT_ONCE) return older;
    after = last;
  }
}

export async function historyOf(
  db: Kysely<Schema>,
  service: ServiceRef,
  limit: number,
  after?: string,
): Promise<ServiceHistory> {
  let select = rolloutsOf(db, service);
  if (after !== undefined) select = select.where('seq', '<', fromCursor(after));
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { data: page.map(rolloutOf), next: last ? toCursor(last.seq) : null };
}

export async function running(db: Kysely<Schema>, image: string): Promise<readonly Upgrade[]> {
  const { rows } = await selectRunning(db, { image });
  return rows.map(upgradeOf);
}

export async function journal(db: Kysely<Schema>, query: JournalQuery): Promise<readonly JournalEntry[]> {
  const { after, upgradeId, limit } = query;
  let select = db.selectFrom('journal').selectAll().where('id', '>', after);
  if (upgradeId !== undefined) select = select.where('upgrade_id', '=', upgradeId);
  const rows = await select.orderBy('id').limit(limit).execute();
  return rows.map(journalEntryOf);
}

export async function holds(db: Kysely<Schema>, service?: ServiceRef): Promise<readonly Hold[]> {
  const { rows } = await (service === undefined ? selectHolds(db, {}) : selectHoldsOf(db, refOf(service)));
  return rows.map(holdOf);
}

export async function key(db: Kysely<Schema>, name: string): Promise<IdempotencyKey | null> {
  const row = await db.selectFrom('idempotency_keys').selectAll().where('key', '=', name).executeTakeFirst();
  return row ? keyOf(row) : null;
}

function rolloutsOf(db: Kysely<Schema>, service: ServiceRef) {
  return db
    .selectFrom('rollouts')
    .selectAll()
    .where('service_backend', '=', service.backend)
    .where('service_environment', '=', service.environment)
    .where('service_id', '=', service.id);
}

function holdsInOrder(db: Kysely<Schema>) {
  return db
    .selectFrom('holds')
    .selectAll()
    .orderBy('service_backend')
    .orderBy('service_environment')
    .orderBy('service_id')
    .orderBy('image');
}

/** Nothing but what makes one. */
function refOf({ backend, environment, id }: ServiceRef): ServiceRef {
  return { backend, environment, id };
}
