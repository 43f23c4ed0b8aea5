import type { Insertable, Selectable } from 'kysely';
import type { Hold, Outage } from '../../domain/rollout.js';
import type { EnvironmentPlan, JournalEntry, NewEntry, Upgrade } from '../../domain/upgrade.js';
import type { IdempotencyKey, OutboxItem } from '../upgrade-store.js';
import { fromJson, toDate, toJson, toTime } from './columns.js';
import type {
  HoldTable,
  JournalTable,
  Json,
  KeyTable,
  OutboxTable,
  PlanTable,
  UpgradeTable,
} from './schema.js';

export function upgradeRow(upgrade: Upgrade): Insertable<UpgradeTable> {
  return {
    id: upgrade.id,
    image: upgrade.image,
    repository: upgrade.repository,
    options: JSON.stringify(upgrade.options),
    request_id: upgrade.requestId,
    caller: toJson(upgrade.caller),
    status: upgrade.status,
    created_at: upgrade.createdAt.getTime(),
    finished_at: toTime(upgrade.finishedAt),
    plan_at: toTime(upgrade.planAt),
    outage: toJson(upgrade.outage),
    cancelled_at: toTime(upgrade.cancelledAt),
    failures: upgrade.failures,
    alarmed: JSON.stringify(upgrade.alarmed),
    version: upgrade.version,
  };
}

export function upgradeOf(row: Selectable<UpgradeTable>): Upgrade {
  return {
    id: row.id,
    image: row.image,
    repository: row.repository,
    options: fromJson(row.options),
    requestId: row.request_id,
    caller: row.caller && fromJson(row.caller),
    status: row.status,
    createdAt: new Date(row.created_at),
    finishedAt: toDate(row.finished_at),
    planAt: toDate(row.plan_at),
    outage: toOutage(row.outage),
    cancelledAt: toDate(row.cancelled_at),
    failures: row.failures,
    alarmed: fromJson(row.alarmed),
    version: row.version,
  };
}

export function planRow(plan: EnvironmentPlan): Insertable<PlanTable> {
  return {
    upgrade_id: plan.upgradeId,
    backend: plan.environment.backend,
    environment_id: plan.environment.id,
    environment_name: plan.environment.name,
    status: plan.status,
    outage: toJson(plan.outage),
  };
}

export function planOf(row: Selectable<PlanTable>, skipped: EnvironmentPlan['skipped']): EnvironmentPlan {
  return {
    upgradeId: row.upgrade_id,
    environment: { backend: row.backend, id: row.environment_id, name: row.environment_name },
    status: row.status,
    outage: toOutage(row.outage),
    skipped,
  };
}

export function outboxRow(item: OutboxItem): Insertable<OutboxTable> {
  return {
    id: item.id,
    channel: item.channel,
    payload: JSON.stringify(item.payload),
    created_at: item.createdAt.getTime(),
    attempts: item.attempts,
    due_at: item.dueAt.getTime(),
  };
}

export function outboxItemOf(row: Selectable<OutboxTable>): OutboxItem {
  return {
    id: row.id,
    channel: row.channel,
    payload: fromJson(row.payload),
    createdAt: new Date(row.created_at),
    attempts: row.attempts,
    dueAt: new Date(row.due_at),
  };
}

export function journalRow(entry: NewEntry): Insertable<JournalTable> {
  return {
    at: entry.at.getTime(),
    upgrade_id: entry.upgradeId,
    rollout_id: entry.rolloutId,
    status: entry.status,
    message: entry.message,
    reason: toJson(entry.reason),
  };
}

export function journalEntryOf(row: Selectable<JournalTable>): JournalEntry {
  return {
    id: row.id,
    at: new Date(row.at),
    upgradeId: row.upgrade_id,
    rolloutId: row.rollout_id,
    status: row.status,
    message: row.message,
    reason: row.reason && fromJson(row.reason),
  };
}

export function holdRow(hold: Hold): Insertable<HoldTable> {
  return {
    service_backend: hold.service.backend,
    service_environment: hold.service.environment,
    service_id: hold.service.id,
    environment: JSON.stringify(hold.environment),
    stack: JSON.stringify(hold.stack),
    name: hold.name,
    image: hold.image,
    since: hold.since.getTime(),
    upgrade_id: hold.upgradeId,
  };
}

export function holdOf(row: Selectable<HoldTable>): Hold {
  return {
    service: { backend: row.service_backend, environment: row.service_environment, id: row.service_id },
    environment: fromJson(row.environment),
    stack: fromJson(row.stack),
    name: row.name,
    image: row.image,
    since: new Date(row.since),
    upgradeId: row.upgrade_id,
  };
}

export function keyRow(key: IdempotencyKey): Insertable<KeyTable> {
  return {
    key: key.key,
    fingerprint: key.fingerprint,
    upgrade_id: key.upgradeId,
    created_at: key.createdAt.getTime(),
  };
}

export function keyOf(row: Selectable<KeyTable>): IdempotencyKey {
  return {
    key: row.key,
    fingerprint: row.fingerprint,
    upgradeId: row.upgrade_id,
    createdAt: new Date(row.created_at),
  };
}

export function toOutage(json: Json<Outage> | null): Outage | null {
  const outage = json && fromJson(json);
  return outage && { ...outage, since: new Date(outage.since), retryAt: new Date(outage.retryAt) };
}
