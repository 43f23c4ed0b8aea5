import { sql, type Insertable, type Kysely, type Selectable } from 'kysely';
import { breath, mapInFews } from '../../common/breath.js';
import { wordFor } from '../../domain/caller.js';
import type { AuditEntry, NewAuditEntry } from '../../domain/audit.js';
import type { ServiceRef } from '../../domain/service.js';
import type { AuditPage, AuditQuery } from '../upgrade-store.js';
import { fromJson, toJson } from './columns.js';
import { fromPositionCursor, toPositionCursor, type Position } from './cursor.js';
import type { AuditTable, Schema } from './schema.js';
import { statement } from './statement.js';
import type { Work } from './transaction.js';

/** Entries looked through at once: everybody else has his turn after them. */
const AT_ONCE = 100;

/** Later than anything. */
const LATEST: Position = { at: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

type Reader = <T>(work: Work<T>) => Promise<T>;

const insertEntry = statement((db, row: Insertable<AuditTable>) =>
  db.insertInto('audit').values(row).compile(),
);

export async function writeAudit(db: Kysely<Schema>, entries: readonly NewAuditEntry[]): Promise<void> {
  await mapInFews(entries, (entry) => insertEntry(db, auditRow(entry)));
}

/**
 * Looks through what is old enough and young enough, a little at a time, for what is wanted can be rare in it. When the
 * signal is aborted, answers what was found till then.
 */
export async function readAudit(query: AuditQuery, read: Reader, signal?: AbortSignal): Promise<AuditPage> {
  const found: Selectable<AuditTable>[] = [];
  let from: Position | null = query.after === undefined ? LATEST : fromPositionCursor(query.after);
  for (let step = 0; from !== null && found.length <= query.limit; step += 1) {
    if (step > 0) await breath();
    if (signal?.aborted) break;
    const before: Position = from;
    const { rows, last } = await read((db) => lookThrough(db, query, before));
    found.push(...rows);
    from = last;
  }
  const data = found.slice(0, query.limit);
  const end = found.length > query.limit ? data.at(-1) : from;
  return { data: data.map(entryOf), next: end ? toPositionCursor(end) : null };
}

/** What is wanted among the next entries, and the last of these, wanted or not; null: there are no more. */
async function lookThrough(
  db: Kysely<Schema>,
  query: AuditQuery,
  before: Position,
): Promise<{ readonly rows: readonly Selectable<AuditTable>[]; readonly last: Position | null }> {
  const next = entriesBefore(db, before, query).select(['at', 'id']).limit(AT_ONCE);
  const positions = await next.execute();
  const last = positions.at(-1);
  if (!last) return { rows: [], last: null };
  let wanted = entriesBefore(db, before, query).selectAll();
  wanted = wanted.where((eb) => eb(eb.refTuple('at', 'id'), '>=', eb.tuple(last.at, last.id)));
  const rows = await narrowed(wanted, query).execute();
  return { rows, last: positions.length < AT_ONCE ? null : last };
}

/** Newest first. */
function entriesBefore(db: Kysely<Schema>, { at, id }: Position, { since, until, upgradeId }: AuditQuery) {
  let entries = db.selectFrom('audit').where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(at, id)));
  if (upgradeId !== undefined) entries = entries.where('upgrade_id', '=', upgradeId);
  if (since !== undefined) entries = entries.where('at', '>=', since.getTime());
  if (until !== undefined) entries = entries.where('at', '<', until.getTime());
  return entries.orderBy('at', 'desc').orderBy('id', 'desc');
}

type Entries = ReturnType<ReturnType<typeof entriesBefore>['selectAll']>;

function narrowed(entries: Entries, { caller, action, environment, service }: AuditQuery): Entries {
  let wanted = entries;
  if (caller !== undefined) wanted = wanted.where('caller_word', '=', caller);
  if (action !== undefined) wanted = wanted.where('action', '=', action);
  if (environment !== undefined) wanted = wanted.where(isIn(environment));
  if (service !== undefined) wanted = wanted.where(isOf(service));
  return wanted;
}

/** What is about one service is in its environment; what is about an upgrade, where that had rollouts. */
function isIn(environment: string) {
  return sql<boolean>`case when audit.environment is not null then audit.environment ->> '$.id' = ${environment} else
    exists (select 1 from rollouts where rollouts.upgrade_id = audit.upgrade_id
      and rollouts.service_environment = ${environment})
    or exists (select 1 from audit_services where audit_services.upgrade_id = audit.upgrade_id
      and audit_services.environment_id = ${environment}) end`;
}

function isOf({ backend, environment, id }: ServiceRef) {
  return sql<boolean>`case when audit.service is not null then
    audit.environment ->> '$.id' = ${environment} and audit.service ->> '$.id' = ${id} else
    audit.upgrade_id in (
      select upgrade_id from rollouts
        where service_backend = ${backend} and service_environment = ${environment} and service_id = ${id}
      union all select upgrade_id from audit_services
        where backend = ${backend} and environment_id = ${environment} and service_id = ${id}
    ) end`;
}

/** Keeps in mind which services an upgrade was for that is about to be deleted: the audit is asked by them. */
export async function keepServices(db: Kysely<Schema>, upgradeId: string): Promise<void> {
  await sql`insert or ignore into audit_services
    select upgrade_id, service_backend, service_environment, service_id from rollouts
    where upgrade_id = ${upgradeId} and exists (select 1 from audit where audit.upgrade_id = ${upgradeId})`.execute(
    db,
  );
}

/** Whole only inside a transaction. */
export async function pruneAudit(db: Kysely<Schema>, before: Date, limit: number): Promise<number> {
  const old = db.selectFrom('audit').select(['id', 'upgrade_id']).where('at', '<', before.getTime());
  const rows = await old.orderBy('at').orderBy('id').limit(limit).execute();
  for (const { id } of rows) await db.deleteFrom('audit').where('id', '=', id).execute();
  for (const upgradeId of new Set(rows.map((row) => row.upgrade_id))) {
    const left = db.selectFrom('audit').select('id').where('upgrade_id', '=', upgradeId);
    const forgotten = db.deleteFrom('audit_services').where('upgrade_id', '=', upgradeId);
    await forgotten.where((eb) => eb.not(eb.exists(left))).execute();
  }
  return rows.length;
}

function auditRow(entry: NewAuditEntry): Insertable<AuditTable> {
  return {
    at: entry.at.getTime(),
    action: entry.action,
    request_id: entry.requestId,
    caller: toJson(entry.caller),
    caller_word: wordFor(entry.caller),
    upgrade_id: entry.upgradeId,
    image: entry.image,
    rollout_id: entry.rolloutId,
    environment: toJson(entry.environment),
    stack: toJson(entry.stack),
    service: toJson(entry.service),
  };
}

function entryOf(row: Selectable<AuditTable>): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    action: row.action,
    requestId: row.request_id,
    caller: row.caller && fromJson(row.caller),
    upgradeId: row.upgrade_id,
    image: row.image,
    rolloutId: row.rollout_id,
    environment: row.environment && fromJson(row.environment),
    stack: row.stack && fromJson(row.stack),
    service: row.service && fromJson(row.service),
  };
}
