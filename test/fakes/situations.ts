import { parseImageReference, type ImageReference } from '../../src/domain/image-reference.js';
import { reason } from '../../src/domain/reasons.js';
import type { Attempt, Proof, Rollout, Undoing } from '../../src/domain/rollout.js';
import type { Judgement } from '../../src/upgrade/judging/judgement.js';
import type { Move, Situation } from '../../src/upgrade/rollouts/move.js';
import { aRollout, NOON, noonPlus } from './records.js';
import { aService } from './services.js';

/** What the service of a situation ran before, and what it is to run. */
export const OLD = 'registry.acme.io/shop/web:2.0.4';
export const NEW = 'registry.acme.io/shop/web:2.1.0';

export const YES: Judgement = { upgrade: true, to: referenceOf(NEW) };

/** The first start was asked for at noon, and nobody knows what came of it. */
export function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    at: NOON,
    revision: 'before',
    image: OLD,
    count: 1,
    open: true,
    last: null,
    restoring: false,
    ...overrides,
  };
}

/** A rollout whose start was taken at noon, and has made the revision `ours`; it has 30 s. */
export function anUpgrading(overrides: Partial<Rollout> = {}): Rollout {
  return aRollout({
    status: 'upgrading',
    revision: 'ours',
    startedAt: NOON,
    timedFrom: NOON,
    attempt: anAttempt({ open: false }),
    ...overrides,
  });
}

/** Sound since so many seconds after noon; null: not sound. */
export function aProof(soundSince: number | null, overrides: Partial<Proof> = {}): Proof {
  const since = soundSince === null ? null : noonPlus(soundSince);
  return { inspectedAt: NOON, soundSince: since, starts: [], ...overrides };
}

/** A rollback that was decided at noon and not yet taken; the container `old` was there before. */
export function anUndoing(overrides: Partial<Undoing> = {}): Undoing {
  const because = reason('rollout.timeout', 'still upgrading after 30 s');
  return { at: NOON, because, old: ['old'], accepted: false, holds: true, as: 'rolled_back', ...overrides };
}

/** So many seconds after noon: the service may be upgraded, and is idle as it was before. */
export function aSituation(overrides: Partial<Situation> = {}, seconds = 1): Situation {
  return {
    rollout: aRollout(),
    service: aService(),
    inspection: null,
    now: noonPlus(seconds),
    remindMs: 3_600_000,
    judge: () => YES,
    ...overrides,
  };
}

/** "wait", "rollBack rollout.timeout", "failed rollout.timeout watched" */
export function outcome(chosen: Move): string {
  if (chosen.do === 'rollBack') return `rollBack ${chosen.because.code}`;
  if (chosen.do === 'clear') return `clear ${chosen.by}`;
  if (chosen.do !== 'settle') return chosen.do;
  const { status, reason: why, watched } = chosen;
  return [status, why?.code, watched ? 'watched' : null].filter(Boolean).join(' ');
}

export function referenceOf(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.reference;
  throw new Error(parsed.problem);
}
