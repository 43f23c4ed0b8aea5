import { reason } from '../../domain/reasons.js';
import { rolledBackElsewhere, settle, WAIT, type Move, type Situation } from './move.js';
import { isProven } from './proof.js';

/**
 * The next move of a rollout that has failed and whose service was left as it was: late is better than stranded, so it is
 * finished after all if it becomes well.
 */
export function afterFailure({ rollout, service, inspection, now }: Situation): Move {
  const { watchedUntil } = rollout;
  if (watchedUntil === null) return WAIT;
  const isOurs = service.revision === rollout.revision;
  if (service.revision === rollout.attempt?.revision) return rolledBackElsewhere();
  if (!isOurs || now >= watchedUntil) return settle('failed', rollout.reason);
  switch (service.phase) {
    case 'upgraded':
      return isProven(rollout, now) ? { do: 'late' } : WAIT;
    case 'upgrading':
    case 'changing':
    case 'unknown':
    case 'finishing':
      return WAIT;
    case 'idle':
      if (inspection?.current === 0 && inspection.outdated > 0) return rolledBackElsewhere();
      return settle(
        'finished',
        reason('rollout.finished_elsewhere', 'somebody else has finished the upgrade after its timeout'),
      );
    default:
      return settle('failed', rollout.reason);
  }
}
