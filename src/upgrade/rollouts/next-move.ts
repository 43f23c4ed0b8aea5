import type { Rollout } from '../../domain/upgrade.js';
import { afterStart, timeLeftMs } from './after-start.js';
import { whileQueued } from './before-start.js';
import { fail, WAIT, type Move, type Situation } from './move.js';

/**
 * The next move of one rollout, from what was just seen: the only place that knows the order of things. It has an
 * answer to every status, phase and time, and never starts again what a look does not show undone.
 */
export function nextMove(situation: Situation): Move {
  switch (situation.rollout.status) {
    case 'queued':
      return whileQueued(situation);
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
