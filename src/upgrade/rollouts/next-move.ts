import { effectiveTag, parseImageReference, type ImageReference } from '../../domain/image-reference.js';
import { reason, type Reason, type ReasonCode } from '../../domain/reasons.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Attempt, Rollout, RolloutStatus } from '../../domain/upgrade.js';
import { BUSY_PATIENCE_MS, type Judgement } from '../planning/plan.js';
import type { Before } from './rollout-changes.js';

/** A request whose reply was lost can still be carried out for so long: Rancher waits 10 s for a lock, we for its reply. */
export const UNCERTAIN_MS = 20_000;

/** How often a start that did not happen is asked for again. */
export const MAX_ATTEMPTS = 5;

/** `finishupgrade` waits for health once more inside Rancher: it gets so long beyond the service's timeout. */
export const FINISH_GRACE_MS = 300_000;

/** What is to be done about a rollout. `adopt`: our start did happen; `settle`: nothing more happens by itself. */
export type Move =
  | { readonly do: 'wait'; readonly because: Reason | null }
  | { readonly do: 'start'; readonly service: Service; readonly to: ImageReference; readonly before: Before }
  | { readonly do: 'finish' }
  | { readonly do: 'adopt'; readonly revision: string }
  | { readonly do: 'settle'; readonly status: RolloutStatus; readonly reason: Reason | null };

/** What is known when a move is chosen. */
export interface Situation {
  readonly rollout: Rollout;
  readonly service: Service;
  readonly inspection: Inspection | null;
  readonly now: Date;
  /** Whether the rollout may start on a service that is like this. */
  judge(service: Service): Judgement;
}

const WAIT: Move = { do: 'wait', because: null };
const ROLLED_BACK = 'somebody else has rolled the service back';
const NOT_TAKEN = `Rancher did not take the upgrade in ${MAX_ATTEMPTS} tries`;
const CANCELLED = 'somebody else has cancelled the upgrade; the service has a mix of old and new containers';

/**
 * The next move of one rollout, from what was just seen: the only place that knows the order of things. It has an
 * answer to every status, phase and time, and never starts again what a look does not show undone.
 */
export function nextMove(situation: Situation): Move {
  switch (situation.rollout.status) {
    case 'queued':
      return situation.rollout.attempt?.open
        ? afterOpenAttempt(situation, situation.rollout.attempt)
        : beforeStart(situation);
    case 'upgrading':
    case 'finishing':
    case 'awaiting_confirmation':
      return afterStart(situation);
    case 'finished':
    case 'failed':
    case 'skipped':
      return WAIT;
  }
}

/** The next move of a rollout whose service could not be seen. */
export function nextMoveUnseen(rollout: Rollout, now: Date, patienceMs: number): Move {
  const { outage } = rollout;
  if (!outage || rollout.status === 'awaiting_confirmation') return WAIT;
  const patienceLeftMs =
    Math.max(0, patienceMs - rollout.unseenMs) +
    (rollout.startedAt ? Math.max(0, timeLeftMs(rollout, outage.since)) : 0);
  if (now.getTime() - outage.since.getTime() < patienceLeftMs) return WAIT;
  return fail(
    outage.reason.code,
    `${outage.reason.message}; this has been so since ${outage.since.toISOString()}`,
  );
}

/** Whether Rancher is at work on it, so that it counts as one of the services upgraded at once. */
export function isUnderWay(rollout: Rollout): boolean {
  return rollout.status === 'upgrading' || rollout.status === 'finishing';
}

/** Whether the service's containers must be looked at before a move can be chosen. */
export function needsInspection(rollout: Rollout, service: Service): boolean {
  if (rollout.status !== 'queued') return false;
  if (service.phase === 'upgraded') return true;
  return service.phase === 'idle' && (service.inspectBeforeStart || rollout.attempt?.open === true);
}

function beforeStart(situation: Situation): Move {
  const { rollout, service, now } = situation;
  const judged = asJudged(situation);
  const judgement = situation.judge(judged);
  if (judgement.upgrade) {
    const before = { revision: service.revision, image: judged.image ?? '' };
    const mayStart = (rollout.attempt?.count ?? 0) < MAX_ATTEMPTS;
    return mayStart ? { do: 'start', service, to: judgement.to, before } : fail('rollout.refused', NOT_TAKEN);
  }
  const waitedMs = rollout.busySince ? now.getTime() - rollout.busySince.getTime() : 0;
  if (judgement.passing && waitedMs < BUSY_PATIENCE_MS) return { do: 'wait', because: judgement.reason };
  return { do: 'settle', status: 'skipped', reason: judgement.reason };
}

/**
 * The service as it is to be judged: where a refused start has left only its image behind, with the image it had before,
 * which its containers still run.
 */
function asJudged({ rollout, service, inspection }: Situation): Service {
  const { attempt } = rollout;
  const leftBehind = attempt?.open && isOurs(rollout, service) && isStoredOnly(service, inspection);
  return leftBehind ? { ...service, image: attempt.image } : service;
}

/** Rancher was asked to start, and nobody knows what came of it. */
function afterOpenAttempt(situation: Situation, attempt: Attempt): Move {
  const { rollout, service, inspection, now } = situation;
  const inFlight = now.getTime() - attempt.at.getTime() < UNCERTAIN_MS;
  if (service.phase === 'gone') return beforeStart(situation);
  if (service.phase === 'rolling_back') return fail('rollout.rolled_back_elsewhere', ROLLED_BACK);
  if (service.phase === 'idle' && inFlight) return WAIT;
  if (isOurs(rollout, service) && !isStoredOnly(service, inspection)) {
    return { do: 'adopt', revision: service.revision };
  }
  return beforeStart(situation);
}

/** The service was upgraded after our attempt was noted, to what we asked for. */
function isOurs({ attempt, to }: Rollout, service: Service): boolean {
  return attempt?.revision !== service.revision && isSameVersion(service.image, to);
}

/** A refused upgrade can leave its image stored without containers of it: the service is active, only old ones run. */
function isStoredOnly(service: Service, inspection: Inspection | null): boolean {
  return service.phase === 'idle' && inspection?.current === 0 && inspection.outdated > 0;
}

/** Rancher may prefix its default registry to a name without one, so the registry does not count here. */
function isSameVersion(image: string | null, wanted: string): boolean {
  const [a, b] = [parseImageReference(image ?? ''), parseImageReference(wanted)];
  return (
    a.ok &&
    b.ok &&
    effectiveTag(a.reference) === effectiveTag(b.reference) &&
    a.reference.digest === b.reference.digest &&
    a.reference.path.split('/').at(-1) === b.reference.path.split('/').at(-1)
  );
}

/** Our upgrade was accepted: what has become of it? */
function afterStart(situation: Situation): Move {
  const { rollout, service } = situation;
  const ours = service.revision === rollout.revision;
  switch (service.phase) {
    case 'gone':
      return fail('service.removed', 'somebody has removed the service');
    case 'rolling_back':
      return fail('rollout.rolled_back_elsewhere', ROLLED_BACK);
    case 'cancelling':
    case 'cancelled':
      return fail('rollout.cancelled_elsewhere', CANCELLED);
    case 'unknown':
      return untilDeadline(situation);
    case 'idle':
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

function doneElsewhereOrByUs({ rollout }: Situation): Move {
  const byUs = rollout.status === 'finishing';
  return {
    do: 'settle',
    status: 'finished',
    reason: byUs ? null : reason('rollout.finished_elsewhere', 'somebody else has finished the upgrade'),
  };
}

/** Another revision is there: the one from before, or somebody else's. */
function replaced(rollout: Rollout, service: Service): Move {
  if (service.revision === rollout.attempt?.revision)
    return fail('rollout.rolled_back_elsewhere', ROLLED_BACK);
  return fail(
    'rollout.overtaken',
    `somebody else has upgraded the service, which now has ${service.image ?? 'no image'}`,
  );
}

function upgraded(situation: Situation): Move {
  const { rollout, service } = situation;
  if (rollout.status === 'awaiting_confirmation') return WAIT;
  if (rollout.status === 'upgrading' && !rollout.confirm) {
    return { do: 'settle', status: 'awaiting_confirmation', reason: null };
  }
  return service.healthy ? finish(situation) : untilDeadline(situation);
}

/** A finish that has failed, as the rollout's reason tells, is asked for again until the deadline. */
function finish({ rollout, now }: Situation): Move {
  const hasFailed = rollout.status === 'finishing' && rollout.reason !== null;
  if (!hasFailed || timeLeftMs(rollout, now) > 0) return { do: 'finish' };
  return fail('rollout.timeout', `upgraded, but Rancher does not finish it: ${rollout.reason.message}`);
}

/** Waits while there is time; a deadline that has passed ends the rollout with what the service is doing. */
function untilDeadline({ rollout, service, now }: Situation): Move {
  if (rollout.status === 'awaiting_confirmation' || timeLeftMs(rollout, now) > 0) return WAIT;
  const detail = service.detail ? `; Rancher says: ${service.detail}` : '';
  if (service.phase === 'upgraded') {
    return fail('rollout.unhealthy', `upgraded, but not healthy within ${rollout.timeout} s${detail}`);
  }
  return fail('rollout.timeout', `still ${service.state} after ${rollout.timeout} s${detail}`);
}

/** Milliseconds until the deadline; time in which Rancher could not be seen does not count. */
function timeLeftMs(rollout: Rollout, now: Date): number {
  const graceMs = rollout.status === 'finishing' ? FINISH_GRACE_MS : 0;
  const startMs = (rollout.startedAt ?? now).getTime();
  return startMs + rollout.timeout * 1000 + rollout.unseenMs + graceMs - now.getTime();
}

function fail(code: ReasonCode, message: string): Move {
  return { do: 'settle', status: 'failed', reason: reason(code, message) };
}
