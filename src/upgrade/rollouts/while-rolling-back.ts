import { parseImageReference } from '../../domain/image-reference.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout, Undoing } from '../../domain/rollout.js';
import type { Container } from '../../domain/service.js';
import { hasMovingTag } from '../policies/tag-order.js';
import { isSameImage } from './while-queued.js';
import { overtaken, settle, WAIT, type Move, type Situation } from './move.js';

/** A rollback has at least so long. */
const MIN_MS = 300_000;

const UNKNOWN_CONTENT =
  'the container from before was gone, and the one that was made instead runs whatever its tag names now';

/** The next move of a rollout that is being undone: asked for until it is taken, and verified by what then runs. */
export function whileRollingBack(situation: Situation, undoing: Undoing): Move {
  const { rollout, service } = situation;
  const isOurs = service.revision === rollout.revision;
  const isBack = service.revision === rollout.attempt?.revision;
  const isOldImage = isSameImage(service.image, rollout.attempt?.image ?? '');
  switch (service.phase) {
    case 'gone':
      return notRolledBack('somebody has removed the service');
    case 'upgrading':
    case 'upgraded':
    case 'cancelled':
      if (!isOurs) return overtaken(service);
      return untilDeadline(situation, undoing, { do: 'rollBack', because: undoing.because, service });
    case 'idle':
    case 'stopped':
      if (isOurs || (isBack && !isOldImage)) return kept(undoing);
      return isBack ? verify(situation, undoing) : overtaken(service);
    case 'changing':
    case 'finishing':
    case 'rolling_back':
    case 'cancelling':
    case 'unknown':
      return untilDeadline(situation, undoing, WAIT);
  }
}

/** Milliseconds for which a rollback is waited for. */
export function rollbackMs(rollout: Rollout): number {
  return Math.max(rollout.timeout * 1000, MIN_MS) + rollout.unseenMs;
}

/** Two upgrades at once can make Rancher forget what was there before: it takes the rollback and changes nothing. */
function kept({ accepted }: Undoing): Move {
  const who = accepted
    ? 'Rancher took the rollback and kept'
    : 'somebody has finished the upgrade, or Rancher kept';
  return notRolledBack(`${who} the new version`);
}

function verify(situation: Situation, undoing: Undoing): Move {
  const { rollout, service, inspection } = situation;
  const running = (inspection?.containers ?? []).filter((container) => container.running);
  const isGone = running.every(({ revision }) => revision !== rollout.revision);
  const hasSome = running.length > 0 || service.scale === 0 || service.phase === 'stopped';
  if (!inspection || !isGone || !hasSome) return untilDeadline(situation, undoing, WAIT);
  if (isUnknown(situation, undoing, running)) return notRolledBack(UNKNOWN_CONTENT);
  return settle(undoing.as, undoing.because);
}

/** What was there had a tag that moves: only the very containers from before are sure to be what was there. */
function isUnknown(
  { rollout, service }: Situation,
  { old }: Undoing,
  running: readonly Container[],
): boolean {
  const before = parseImageReference(rollout.from);
  const isNew = ({ id, revision }: Container) => revision === service.revision && !old.includes(id);
  return before.ok && hasMovingTag(before.reference) && running.some(isNew);
}

function untilDeadline({ rollout, service, now }: Situation, { at, because }: Undoing, move: Move): Move {
  if (now.getTime() - at.getTime() < rollbackMs(rollout)) return move;
  const detail = service.detail ? `; Rancher says: ${service.detail}` : '';
  return notRolledBack(
    `still ${service.state} ${Math.round(rollbackMs(rollout) / 1000)} s after the rollback was asked for, because: ${because.message}${detail}`,
  );
}

function notRolledBack(message: string): Move {
  return settle('rollback_failed', reason('rollout.not_rolled_back', message));
}
