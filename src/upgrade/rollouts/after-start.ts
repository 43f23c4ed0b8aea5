import { reason } from '../../domain/reasons.js';
import type { Service } from '../../domain/service.js';
import type { Rollout } from '../../domain/upgrade.js';
import { fail, rolledBackElsewhere, WAIT, type Move, type Situation } from './move.js';

/** `finishupgrade` waits for health once more inside Rancher: it gets so long beyond the service's timeout. */
export const FINISH_GRACE_MS = 300_000;

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
  if (service.revision === rollout.attempt?.revision) return rolledBackElsewhere();
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
export function timeLeftMs(rollout: Rollout, now: Date): number {
  const graceMs = rollout.status === 'finishing' ? FINISH_GRACE_MS : 0;
  const startMs = (rollout.startedAt ?? now).getTime();
  return startMs + rollout.timeout * 1000 + rollout.unseenMs + graceMs - now.getTime();
}
