import { reason } from '../../domain/reasons.js';
import { runsOnlyOld } from './after-start.js';
import { rolledBackElsewhere, settle, WAIT, type Move, type Situation } from './move.js';
import { isProven } from './proof.js';

/**
 * The next move of a rollout that has failed and whose service was left as it was, or could not be seen for too long: late
 * is better than stranded, so it is rolled back after all, or finished if it becomes well.
 */
export function afterFailure(situation: Situation): Move {
  const { rollout, service, now } = situation;
  const { watchedUntil, reason: because } = rollout;
  if (watchedUntil === null) return WAIT;
  const isOurs = service.revision === rollout.revision;
  if (service.revision === rollout.attempt?.revision) return rolledBackElsewhere();
  if (!isOurs || now >= watchedUntil) return settle('failed', rollout.reason);
  const isToBeUndone = rollout.onFailure === 'rollback' && because !== null;
  switch (service.phase) {
    case 'upgraded':
      if (isToBeUndone) return { do: 'rollBack', because, service };
      return rollout.confirm && isProven(rollout, now) ? { do: 'late' } : WAIT;
    case 'upgrading':
      return isToBeUndone ? { do: 'rollBack', because, service } : WAIT;
    case 'changing':
    case 'unknown':
    case 'finishing':
      return WAIT;
    case 'idle':
      if (runsOnlyOld(situation)) return rolledBackElsewhere();
      return settle(
        'finished',
        reason('rollout.finished_elsewhere', 'somebody else has finished the upgrade after its timeout'),
      );
    default:
      return settle('failed', rollout.reason);
  }
}
