import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { afterFailure } from './after-failure.js';
import { afterStart, timeLeftMs } from './after-start.js';
import { whileQueued } from './while-queued.js';
import { settle, WAIT, type Move, type Situation } from './move.js';
import { rollbackMs, whileRollingBack } from './while-rolling-back.js';

/**
 * The next move of one rollout, from what was just seen: the only place that knows the order of things. It has an
 * answer to every status, phase and time, and never starts again what a look does not show undone.
 */
export function nextMove(situation: Situation): Move {
  const { status, undoing } = situation.rollout;
  switch (status) {
    case 'queued':
      return whileQueued(situation);
    case 'upgrading':
    case 'finishing':
    case 'awaiting_confirmation':
      return afterStart(situation);
    case 'rolling_back':
      return undoing ? whileRollingBack(situation, undoing) : WAIT;
    case 'failed':
      return afterFailure(situation);
    case 'finished':
    case 'rolled_back':
    case 'rollback_failed':
    case 'skipped':
    case 'superseded':
    case 'cancelled':
      return WAIT;
  }
}

/** Milliseconds until the time of a rollout that moves is up; null: it is up already, or none is set. */
export function deadlineMs(rollout: Rollout, now: Date): number | null {
  const { undoing, timedFrom } = rollout;
  if (!undoing && !timedFrom) return null;
  const leftMs = undoing
    ? undoing.at.getTime() + rollbackMs(rollout) - now.getTime()
    : timeLeftMs(rollout, now);
  return leftMs > 0 ? leftMs : null;
}

/** The next move of a rollout whose service could not be seen. */
export function nextMoveUnseen(rollout: Rollout, now: Date, patienceMs: number): Move {
  const { outage, status } = rollout;
  if (!outage || status === 'awaiting_confirmation') return WAIT;
  if (status === 'failed') return unseenAfterFailure(rollout, now);
  const patienceLeftMs = Math.max(0, patienceMs - rollout.unseenMs) + ownTimeLeftMs(rollout, outage.since);
  if (now.getTime() - outage.since.getTime() < patienceLeftMs) return WAIT;
  const message = `${outage.reason.message}; this has been so since ${outage.since.toISOString()}`;
  if (status === 'rolling_back') return settle('rollback_failed', reason('rollout.not_rolled_back', message));
  const why = reason(outage.reason.code, message);
  return { do: 'settle', status: 'failed', reason: why, watched: rollout.revision !== null };
}

function unseenAfterFailure({ watchedUntil, reason: why }: Rollout, now: Date): Move {
  return watchedUntil && now >= watchedUntil ? settle('failed', why) : WAIT;
}

/** Milliseconds that it had left when the outage began, besides the patience there is with Rancher. */
function ownTimeLeftMs(rollout: Rollout, since: Date): number {
  if (rollout.undoing)
    return Math.max(0, rollout.undoing.at.getTime() + rollbackMs(rollout) - since.getTime());
  return rollout.startedAt ? Math.max(0, timeLeftMs(rollout, since)) : 0;
}
