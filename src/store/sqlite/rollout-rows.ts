import type { Insertable, Selectable } from 'kysely';
import { activityOf } from '../../domain/activity.js';
import type { Attempt, Proof, Rollout, Undoing } from '../../domain/rollout.js';
import { fromJson, toDate, toFlag, toJson, toTime } from './columns.js';
import { toOutage } from './rows.js';
import type { Json, RolloutTable } from './schema.js';

/** All but its arrival, which is its upgrade's. */
export type RolloutRow = Omit<Insertable<RolloutTable>, 'arrival'>;

export function rolloutRow(rollout: Rollout): RolloutRow {
  return {
    id: rollout.id,
    upgrade_id: rollout.upgradeId,
    request_id: rollout.requestId,
    caller: toJson(rollout.caller),
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
    activity: activityOf(rollout),
    reason: toJson(rollout.reason),
    attempt: toJson(rollout.attempt),
    revision: rollout.revision,
    confirm: toFlag(rollout.confirm),
    start_first: toFlag(rollout.startFirst),
    timeout: rollout.timeout,
    on_failure: rollout.onFailure,
    leftover: rollout.leftover,
    ignore_hold: toFlag(rollout.ignoreHold),
    confirm_within: rollout.confirmWithin,
    bake: rollout.bake,
    notify: toJson(rollout.notify),
    started_at: toTime(rollout.startedAt),
    timed_from: toTime(rollout.timedFrom),
    proof: toJson(rollout.proof),
    undoing: toJson(rollout.undoing),
    watched_until: toTime(rollout.watchedUntil),
    reminders: rollout.reminders,
    superseded_by: rollout.supersededBy,
    finished_at: toTime(rollout.finishedAt),
    due_at: rollout.dueAt.getTime(),
    busy_since: toTime(rollout.busySince),
    outage: toJson(rollout.outage),
    unseen_ms: rollout.unseenMs,
    baked_ms: rollout.bakedMs,
    version: rollout.version,
  };
}

export function rolloutOf(row: Selectable<RolloutTable>): Rollout {
  return {
    id: row.id,
    upgradeId: row.upgrade_id,
    requestId: row.request_id,
    caller: row.caller && fromJson(row.caller),
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
    onFailure: row.on_failure,
    leftover: row.leftover,
    ignoreHold: row.ignore_hold === 1,
    confirmWithin: row.confirm_within,
    bake: row.bake,
    notify: row.notify && fromJson(row.notify),
    startedAt: toDate(row.started_at),
    timedFrom: toDate(row.timed_from),
    proof: toProof(row.proof),
    undoing: toUndoing(row.undoing),
    watchedUntil: toDate(row.watched_until),
    reminders: row.reminders,
    supersededBy: row.superseded_by,
    finishedAt: toDate(row.finished_at),
    dueAt: new Date(row.due_at),
    busySince: toDate(row.busy_since),
    outage: toOutage(row.outage),
    unseenMs: row.unseen_ms,
    bakedMs: row.baked_ms,
    version: row.version,
  };
}

function toAttempt(json: Json<Attempt> | null): Attempt | null {
  const attempt = json && fromJson(json);
  return attempt && { ...attempt, at: new Date(attempt.at) };
}

function toProof(json: Json<Proof> | null): Proof | null {
  const proof = json && fromJson(json);
  return (
    proof && {
      inspectedAt: new Date(proof.inspectedAt),
      soundSince: proof.soundSince === null ? null : new Date(proof.soundSince),
      starts: proof.starts.map((start) => ({ ...start, at: new Date(start.at) })),
    }
  );
}

function toUndoing(json: Json<Undoing> | null): Undoing | null {
  const undoing = json && fromJson(json);
  return undoing && { ...undoing, at: new Date(undoing.at) };
}
