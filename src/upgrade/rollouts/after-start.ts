import { reason, type ReasonCode } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { fail, overtaken, rolledBackElsewhere, settle, WAIT, type Move, type Situation } from './move.js';
import { containersOf, crashing, isProven } from './proof.js';

/** `finishupgrade` waits for health once more inside Rancher: it gets so long beyond the service's timeout. */
export const FINISH_GRACE_MS = 300_000;

const DAY_MS = 86_400_000;

const CANCELLED = 'somebody else has cancelled the upgrade; the service has a mix of old and new containers';

/** The next move of a rollout whose start was accepted: what has become of it? */
export function afterStart(situation: Situation): Move {
  const { rollout, service } = situation;
  const ours = service.revision === rollout.revision;
  switch (service.phase) {
    case 'gone':
      return fail('service.removed', 'somebody has removed the service');
    case 'rolling_back':
      return rolledBackElsewhere();
    case 'cancelling':
    case 'cancelled':
      return fail('rollout.cancelled_elsewhere', CANCELLED);
    case 'unknown':
      return untilDeadline(situation);
    case 'idle':
      if (ours && runsOnlyOld(situation)) return rolledBackElsewhere();
      return ours ? doneElsewhereOrByUs(situation) : replaced(rollout, service);
    case 'changing':
      return ours ? doneElsewhereOrByUs(situation) : replaced(rollout, service);
    case 'stopped':
      return ours
        ? fail('service.inactive', 'the upgrade was finished, then somebody stopped the service')
        : replaced(rollout, service);
    case 'upgrading':
    case 'finishing':
      return ours ? untilDeadline(situation) : replaced(rollout, service);
    case 'upgraded':
      return ours ? upgraded(situation) : replaced(rollout, service);
  }
}

/**
 * Rolled back by a load balancer's own link, Rancher restores the old containers and keeps the new configuration
 * (`ServiceRollbackValidationFilter`).
 */
export function runsOnlyOld({ inspection }: Situation): boolean {
  return inspection !== null && inspection.current === 0 && inspection.outdated > 0;
}

function doneElsewhereOrByUs({ rollout }: Situation): Move {
  if (rollout.status !== 'finishing') {
    return settle('finished', reason('rollout.finished_elsewhere', 'somebody else has finished the upgrade'));
  }
  const late = reason('rollout.late', 'finished after its timeout');
  return settle('finished', rollout.watchedUntil === null ? null : late);
}

/** Another revision is there: the one from before, or somebody else's. */
function replaced(rollout: Rollout, service: Service): Move {
  if (service.revision === rollout.attempt?.revision) return rolledBackElsewhere();
  return overtaken(service);
}

function upgraded(situation: Situation): Move {
  const { rollout, now } = situation;
  if (rollout.status === 'awaiting_confirmation') return awaiting(situation);
  if (rollout.status === 'upgrading' && !rollout.confirm) return settle('awaiting_confirmation', null);
  const crash = crashed(situation);
  if (crash) return crash;
  if (isProven(rollout, now)) return finish(situation);
  return untilDeadline(situation);
}

/** A finish that failed, or that was taken and came to nothing, is asked for again until the deadline. */
function finish({ rollout, now }: Situation): Move {
  const hasFailed = rollout.status === 'finishing' && rollout.reason !== null;
  if (!hasFailed || timeLeftMs(rollout, now) > 0) return { do: 'finish' };
  return fail('rollout.timeout', `upgraded, but Rancher does not finish it: ${rollout.reason.message}`);
}

/** Somebody has to confirm it: in time, where a time is set, and people are reminded ever more rarely. */
function awaiting(situation: Situation): Move {
  const { rollout, now, remindMs } = situation;
  const waitedMs = now.getTime() - (rollout.timedFrom ?? now).getTime();
  if (rollout.confirmWithin !== null && waitedMs >= rollout.confirmWithin * 1000) {
    return failed(situation, 'rollout.unconfirmed', `nobody confirmed it within ${rollout.confirmWithin} s`);
  }
  return waitedMs >= reminderMs(rollout.reminders, remindMs) ? { do: 'remind' } : WAIT;
}

/** Waits while there is time; a deadline that has passed ends the rollout with what the service is doing. */
function untilDeadline(situation: Situation): Move {
  const { rollout, service, now } = situation;
  if (rollout.status === 'awaiting_confirmation') return WAIT;
  const crash = crashed(situation);
  if (crash) return crash;
  if (timeLeftMs(rollout, now) > 0) return WAIT;
  const detail = containerWords(situation) + (service.detail ? `; Rancher says: ${service.detail}` : '');
  if (service.phase === 'upgraded') {
    return failed(situation, 'rollout.unhealthy', `upgraded, but not healthy ${timeWords(rollout)}${detail}`);
  }
  return failed(situation, 'rollout.timeout', `still ${service.state} after ${rollout.timeout} s${detail}`);
}

function timeWords({ timeout, bake }: Rollout): string {
  return bake === 0 ? `within ${timeout} s` : `for ${bake} s on end within ${timeout} s and the time to bake`;
}

/** A container that crashes runs most of the time, and is not waited for. */
function crashed(situation: Situation): Move | null {
  const { rollout, inspection, now } = situation;
  const container = inspection && crashing(rollout, inspection, now);
  if (!container) return null;
  const words = `its container ${container.id} crashes: started ${container.starts} times`;
  return failed(situation, 'rollout.crashing', words);
}

/** Which of its new containers stands in the way, if one was looked at. */
function containerWords({ rollout, inspection }: Situation): string {
  const bad = containersOf(inspection, rollout.revision).find(({ sound }) => !sound);
  if (!bad) return '';
  const state = bad.running ? 'is running, but not healthy' : `is in the state ${bad.state}`;
  return `; its container ${bad.id} ${state}`;
}

/** It has failed: the service goes back to what it was, or stays as it is and is watched, for it may yet become well. */
function failed({ rollout, service }: Situation, code: ReasonCode, message: string): Move {
  const because = reason(code, message);
  const canGoBack = service.phase === 'upgrading' || service.phase === 'upgraded';
  if (rollout.onFailure === 'rollback' && canGoBack) return { do: 'rollBack', because, service };
  return { do: 'settle', status: 'failed', reason: because, watched: rollout.confirm && canGoBack };
}

/** Milliseconds after which the next reminder is due: once, then after twice the time, four times, at most a day. */
function reminderMs(reminders: number, remindMs: number): number {
  let dueMs = 0;
  for (let sent = 0; sent <= reminders; sent += 1) dueMs += Math.min(remindMs * 2 ** sent, DAY_MS);
  return dueMs;
}

/**
 * Milliseconds until the deadline, however the clock was set since. Time in which Rancher could not be seen, and the time to
 * bake, do not count.
 */
export function timeLeftMs(rollout: Rollout, now: Date): number {
  const graceMs = rollout.status === 'finishing' ? FINISH_GRACE_MS : 0;
  const fromMs = (rollout.timedFrom ?? now).getTime();
  const bakingMs = now.getTime() - (rollout.proof?.soundSince ?? now).getTime();
  const bakedMs = Math.min(rollout.bake * 1000, rollout.bakedMs + bakingMs);
  const wholeMs = rollout.timeout * 1000 + rollout.unseenMs + bakedMs + graceMs;
  return Math.min(wholeMs, fromMs + wholeMs - now.getTime());
}
