import { effectiveTag, parseImageReference, type ImageReference } from '../../domain/image-reference.js';
import type { Reason } from '../../domain/reasons.js';
import type { Attempt, Rollout } from '../../domain/rollout.js';
import type { Inspection, Service } from '../../domain/service.js';
import { BUSY_PATIENCE_MS } from '../judging/judge.js';
import { fail, rolledBackElsewhere, settle, WAIT, type Move, type Situation } from './move.js';
import { areSound, containersOf } from './proof.js';

/** How long after it was written down a start is still sent, in milliseconds. */
export const SENDABLE_MS = 10_000;

/**
 * How long a start can still be carried out after it was written down, in milliseconds: when it is sent at the latest, we
 * wait 10 s for its reply, and Rancher 10 s for a lock.
 */
export const UNCERTAIN_MS = SENDABLE_MS + 20_000;

/** How often a start that did not happen is asked for again. */
export const MAX_ATTEMPTS = 5;

/** The next move of a rollout that waits for its start. */
export function whileQueued(situation: Situation): Move {
  const { attempt } = situation.rollout;
  return attempt?.open ? afterOpenAttempt(situation, attempt) : beforeStart(situation);
}

function beforeStart(situation: Situation): Move {
  const { rollout, service, now } = situation;
  const judged = asJudged(situation);
  const judgement = situation.judge(judged);
  if (judgement.upgrade) {
    if ((rollout.attempt?.count ?? 0) >= MAX_ATTEMPTS) return notTaken(rollout);
    const image = judged.image ?? '';
    if (mustRestore(situation)) return { do: 'restore', service, image };
    const last = service.lastUpgrade?.revision ?? null;
    const before = { revision: service.revision, image, last };
    return { do: 'start', service, to: judgement.to, before };
  }
  const waitedMs = rollout.busySince ? now.getTime() - rollout.busySince.getTime() : 0;
  const isPatient = waitedMs < BUSY_PATIENCE_MS;
  const wait: Move = { do: 'wait', because: judgement.reason };
  if (isRestored(situation) && isPatient) return finishSound(situation, judgement.reason) ?? wait;
  const clearing = isLeftover(service) && isPatient ? clearLeftover(situation, judgement.reason) : null;
  if (clearing) return clearing;
  if (judgement.passing && isPatient) return wait;
  return settle('skipped', judgement.reason);
}

/** The service stands still in the middle of an upgrade that nobody goes on with. */
function isLeftover({ phase }: Service): boolean {
  return phase === 'upgraded' || phase === 'cancelled';
}

/** What was left over from before goes first, where that is asked for; null: it is not, or not yet. */
function clearLeftover(situation: Situation, because: Reason): Move | null {
  const { rollout, service } = situation;
  const isOther = because.code === 'service.awaiting_confirmation' || because.code === 'service.busy';
  if (rollout.leftover === 'refuse' || !isOther) return null;
  if (rollout.leftover === 'rollback' || service.phase === 'cancelled') {
    return { do: 'clear', by: 'rollback', because, service };
  }
  return finishSound(situation, because);
}

/** Finishes what stands upgraded once its containers are sound; null: they are not yet. */
function finishSound({ service, inspection }: Situation, because: Reason): Move | null {
  const isSound = areSound(containersOf(inspection, service.revision), service.scale);
  return isSound ? { do: 'clear', by: 'finish', because, service } : null;
}

/**
 * Rancher takes what it has stored for what was there before. Started again like that, a rollback would bring back the new
 * version: so the old one is deployed anew first, where a failure is to be rolled back.
 */
function mustRestore({ rollout, service, inspection }: Situation): boolean {
  return rollout.onFailure === 'rollback' && isLeftBehind(rollout, service, inspection);
}

/** The old version was deployed anew, and is to be finished. */
function isRestored({ rollout: { attempt }, service }: Situation): boolean {
  return (
    attempt?.restoring === true && service.phase === 'upgraded' && isSameImage(service.image, attempt.image)
  );
}

/**
 * The service as it is to be judged: where a start has left only its image behind, be it some starts ago, with the image it
 * had before, which its containers still run.
 */
function asJudged({ rollout, service, inspection }: Situation): Service {
  const { attempt } = rollout;
  return attempt && isLeftBehind(rollout, service, inspection)
    ? { ...service, image: attempt.image }
    : service;
}

/** A start of ours has left only its image behind. */
function isLeftBehind({ attempt, to }: Rollout, service: Service, inspection: Inspection | null): boolean {
  return attempt !== null && isSameImage(service.image, to) && isStoredOnly(service, inspection);
}

/** Rancher was asked to start, and nobody knows what came of it. */
function afterOpenAttempt(situation: Situation, attempt: Attempt): Move {
  const { rollout, service, inspection, now } = situation;
  const inFlight = now.getTime() - attempt.at.getTime() < UNCERTAIN_MS;
  if (service.phase === 'gone') return beforeStart(situation);
  if (service.phase === 'rolling_back') return rolledBackElsewhere();
  if (wasTakenBack(rollout, attempt, service)) return rolledBackElsewhere();
  if (service.phase === 'idle' && inFlight) return WAIT;
  if (isOurs(rollout, service) && !isStoredOnly(service, inspection)) {
    return { do: 'adopt', revision: service.revision };
  }
  return beforeStart(situation);
}

/** Our start was taken, and somebody has rolled it back before anybody looked. */
function wasTakenBack({ to }: Rollout, attempt: Attempt, { phase, revision, lastUpgrade }: Service): boolean {
  const isBack = phase === 'idle' && revision === attempt.revision;
  return (
    isBack &&
    lastUpgrade !== null &&
    lastUpgrade.revision !== attempt.last &&
    isSameImage(lastUpgrade.image, to)
  );
}

/** The service was upgraded after our attempt was noted, to what we asked for. */
function isOurs({ attempt, to }: Rollout, service: Service): boolean {
  return attempt?.revision !== service.revision && isSameImage(service.image, to);
}

/** A refused upgrade can leave its image stored without containers of it: the service is active, only old ones run. */
function isStoredOnly(service: Service, inspection: Inspection | null): boolean {
  return service.phase === 'idle' && inspection?.current === 0 && inspection.outdated > 0;
}

/** Rancher may prefix its default registry to a name without one, so the registry does not count here. */
export function isSameImage(image: string | null, wanted: string): boolean {
  const [a, b] = [parseImageReference(image ?? ''), parseImageReference(wanted)];
  return (
    a.ok &&
    b.ok &&
    effectiveTag(a.reference) === effectiveTag(b.reference) &&
    a.reference.digest === b.reference.digest &&
    nameOf(a.reference) === nameOf(b.reference)
  );
}

/** Docker Hub's own images are stored without the folder that they are in there. */
function nameOf({ path }: ImageReference): string {
  return path.replace(/^library\//, '');
}

function notTaken({ reason }: Rollout): Move {
  const lastWords = reason ? `: ${reason.message}` : '';
  return fail('rollout.refused', `Rancher did not take the upgrade in ${MAX_ATTEMPTS} tries${lastWords}`);
}
