import type { Insertable, Selectable } from 'kysely';
import type { Attempt, EnvironmentPlan, Outage, Rollout, Upgrade } from '../../domain/upgrade.js';
import type { OutboxItem } from '../upgrade-store.js';
import type { Flag, Json, OutboxTable, PlanTable, RolloutTable, UpgradeTable } from './schema.js';

export function upgradeRow(upgrade: Upgrade): Insertable<UpgradeTable> {
  return {
    id: upgrade.id,
    image: upgrade.image,
    repository: upgrade.repository,
    options: JSON.stringify(upgrade.options),
    request_id: upgrade.requestId,
    status: upgrade.status,
    created_at: upgrade.createdAt.getTime(),
    finished_at: toTime(upgrade.finishedAt),
    plan_at: toTime(upgrade.planAt),
    outage: toJson(upgrade.outage),
    failures: upgrade.failures,
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
    status: row.status,
    createdAt: new Date(row.created_at),
    finishedAt: toDate(row.finished_at),
    planAt: toDate(row.plan_at),
    outage: toOutage(row.outage),
    failures: row.failures,
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
    skipped: JSON.stringify(plan.skipped),
  };
}

export function planOf(row: Selectable<PlanTable>): EnvironmentPlan {
  return {
    upgradeId: row.upgrade_id,
    environment: { backend: row.backend, id: row.environment_id, name: row.environment_name },
    status: row.status,
    outage: toOutage(row.outage),
    skipped: fromJson(row.skipped),
  };
}

export function rolloutRow(rollout: Rollout): Insertable<RolloutTable> {
  return {
    id: rollout.id,
    upgrade_id: rollout.upgradeId,
    service_backend: rollout.service.backend,
    service_environment: rollout.service.environment,
    service_id: rollout.service.id,
    environment: JSON.stringify(rollout.environment),
    stack: JSON.stringify(rollout.stack),
    name: rollout.name,
    link: rollout.link,
    from_image: rollout.from,
    to_image: rollout.to,
    recreated: JSON.stringify(rollout.recreated),
    status: rollout.status,
    reason: toJson(rollout.reason),
    attempt: toJson(rollout.attempt),
    revision: rollout.revision,
    confirm: toFlag(rollout.confirm),
    start_first: toFlag(rollout.startFirst),
    timeout: rollout.timeout,
    started_at: toTime(rollout.startedAt),
    finished_at: toTime(rollout.finishedAt),
    due_at: rollout.dueAt.getTime(),
    busy_since: toTime(rollout.busySince),
    outage: toJson(rollout.outage),
    unseen_ms: rollout.unseenMs,
    version: rollout.version,
  };
}

export function rolloutOf(row: Selectable<RolloutTable>): Rollout {
  return {
    id: row.id,
    upgradeId: row.upgrade_id,
    service: { backend: row.service_backend, environment: row.service_environment, id: row.service_id },
    environment: fromJson(row.environment),
    stack: fromJson(row.stack),
    name: row.name,
    link: row.link,
    from: row.from_image,
    to: row.to_image,
    recreated: fromJson(row.recreated),
    status: row.status,
    reason: row.reason && fromJson(row.reason),
    attempt: toAttempt(row.attempt),
    revision: row.revision,
    confirm: row.confirm === 1,
    startFirst: row.start_first === 1,
    timeout: row.timeout,
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
    dueAt: new Date(row.due_at),
    busySince: toDate(row.busy_since),
    outage: toOutage(row.outage),
    unseenMs: row.unseen_ms,
    version: row.version,
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

/** A record as it comes out of JSON: its dates are text. */
type Parsed<T> = T extends object ? { readonly [K in keyof T]: T[K] extends Date ? string : T[K] } : T;

function fromJson<T>(json: Json<T>): Parsed<T> {
  return JSON.parse(json);
}

function toOutage(json: Json<Outage> | null): Outage | null {
  const outage = json && fromJson(json);
  return outage && { ...outage, since: new Date(outage.since) };
}

function toAttempt(json: Json<Attempt> | null): Attempt | null {
  const attempt = json && fromJson(json);
  return attempt && { ...attempt, at: new Date(attempt.at) };
}

function toJson(record: object | null): string | null {
  return record && JSON.stringify(record);
}

function toTime(date: Date | null): number | null {
  return date && date.getTime();
}

function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}

function toFlag(value: boolean): Flag {
  return value ? 1 : 0;
}
