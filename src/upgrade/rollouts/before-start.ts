import { effectiveTag, parseImageReference, type ImageReference } from '../../domain/image-reference.js';
import type { Reason } from '../../domain/reasons.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Attempt, Rollout } from '../../domain/upgrade.js';
import { BUSY_PATIENCE_MS } from '../planning/plan.js';
import { fail, rolledBackElsewhere, settle, WAIT, type Move, type Situation } from './move.js';

/** How long a request whose reply was lost can still be carried out: Rancher waits 10 s for a lock, we for its reply. */
export const UNCERTAIN_MS = 20_000;

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
    const before = { revision: service.revision, image: judged.image ?? '' };
    const mayStart = (rollout.attempt?.count ?? 0) < MAX_ATTEMPTS;
    return mayStart ? { do: 'start', service, to: judgement.to, before } : notTaken(rollout);
  }
  const clearing = isLeftover(service) ? clearLeftover(situation, judgement.reason) : null;
  if (clearing) return clearing;
  const waitedMs = rollout.busySince ? now.getTime() - rollout.busySince.getTime() : 0;
  if (judgement.passing && waitedMs < BUSY_PATIENCE_MS) return { do: 'wait', because: judgement.reason };
  return settle('skipped', judgement.reason);
}

/** The service stands still in the middle of an upgrade that nobody goes on with. */
function isLeftover({ phase }: Service): boolean {
  return phase === 'upgraded' || phase === 'cancelled';
}

/** What was left over from before goes first, where that is asked for; null: it is not, or not yet. */
function clearLeftover({ rollout, service, inspection }: Situation, because: Reason): Move | null {
  const isOther = because.code === 'service.awaiting_confirmation' || because.code === 'service.busy';
  if (rollout.leftover === 'refuse' || !isOther) return null;
  if (rollout.leftover === 'rollback' || service.phase === 'cancelled') {
    return { do: 'clear', by: 'rollback', because, service };
  }
  const current = (inspection?.containers ?? []).filter(({ revision }) => revision === service.revision);
  const isSound = current.every(({ sound }) => sound) && (current.length > 0 || service.scale === 0);
  return isSound ? { do: 'clear', by: 'finish', because, service } : null;
}

/**
 * The service as it is to be judged: where a start has left only its image behind, be it some starts ago, with the image it
 * had before, which its containers still run.
 */
function asJudged({ rollout, service, inspection }: Situation): Service {
  const { attempt, to } = rollout;
  const leftBehind = attempt && isSameVersion(service.image, to) && isStoredOnly(service, inspection);
  return leftBehind ? { ...service, image: attempt.image } : service;
}

/** Rancher was asked to start, and nobody knows what came of it. */
function afterOpenAttempt(situation: Situation, attempt: Attempt): Move {
  const { rollout, service, inspection, now } = situation;
  const inFlight = now.getTime() - attempt.at.getTime() < UNCERTAIN_MS;
  if (service.phase === 'gone') return beforeStart(situation);
  if (service.phase === 'rolling_back') return rolledBackElsewhere();
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
