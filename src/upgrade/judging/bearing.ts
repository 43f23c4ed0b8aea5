import { activityOf, isBegun } from '../../domain/activity.js';
import type { Rollout, RolloutStatus } from '../../domain/rollout.js';

/** What somebody can decide about an upgrade after it was accepted. */
export const COMMANDS = ['confirm', 'rollback', 'cancel'] as const;
export type Command = (typeof COMMANDS)[number];

/** What a command means for a rollout: it is to be done, it is done already, or it cannot be done in this status. */
export type Bearing = 'do' | 'done' | 'refused';

/** What a command means for a rollout as it is stored. */
export function bearingOf(command: Command, rollout: Rollout): Bearing {
  switch (command) {
    case 'confirm':
      return confirming(rollout);
    case 'rollback':
      return isBegun(rollout) ? 'refused' : rollingBack(rollout);
    case 'cancel':
      if (activityOf(rollout) === 'watched' && rollout.status === 'failed') return 'do';
      return isBegun(rollout) ? 'refused' : cancelling(rollout.status);
  }
}

/** The commands that would be carried out on a rollout. */
export function possible(rollout: Rollout): readonly Command[] {
  return COMMANDS.filter((command) => bearingOf(command, rollout) === 'do');
}

function confirming({ status, confirm }: Rollout): Bearing {
  if (status === 'awaiting_confirmation') return 'do';
  if (status === 'queued' || status === 'upgrading') return confirm ? 'done' : 'do';
  return status === 'finishing' || status === 'finished' ? 'done' : 'refused';
}

/** What Rancher has finished it cannot roll back; what has not started is dropped. */
function rollingBack(rollout: Rollout): Bearing {
  switch (rollout.status) {
    case 'queued':
    case 'upgrading':
    case 'awaiting_confirmation':
      return 'do';
    case 'failed':
      return activityOf(rollout) === 'watched' || isLeft(rollout) ? 'do' : 'refused';
    case 'rolling_back':
    case 'rolled_back':
    case 'cancelled':
      return 'done';
    default:
      return 'refused';
  }
}

/** Whether a rollout that has failed has left its service in the middle of our upgrade, or may have. */
export function isLeft({ reason, revision }: Rollout): boolean {
  const code = reason?.code ?? '';
  const left = ['rollout.timeout', 'rollout.unhealthy', 'rollout.crashing', 'rollout.unconfirmed'];
  const isUnknown = code.startsWith('rancher.') || code === 'internal.error';
  return left.includes(code) || (revision !== null && isUnknown);
}

function cancelling(status: RolloutStatus): Bearing {
  switch (status) {
    case 'queued':
    case 'upgrading':
    case 'awaiting_confirmation':
      return 'do';
    case 'finishing':
    case 'rolling_back':
    case 'rolled_back':
    case 'superseded':
    case 'cancelled':
      return 'done';
    case 'finished':
    case 'failed':
    case 'rollback_failed':
    case 'skipped':
      return 'refused';
  }
}
