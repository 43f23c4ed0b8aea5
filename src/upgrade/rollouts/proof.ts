import type { Proof, Rollout } from '../../domain/rollout.js';
import type { Container, Inspection, Service } from '../../domain/service.js';

/** A container that is started so many times more within this time is crashing. */
const CRASHES = 3;
export const CRASH_WINDOW_MS = 120_000;

/** Milliseconds between two looks at the containers of a service that is upgrading. */
export const INSPECTION_PAUSE_MS = 10_000;

/**
 * The rollout, with what the containers of its new revision show now. Before the service is upgraded there are more to come:
 * those that are there prove nothing yet.
 */
export function proven(
  rollout: Rollout,
  { phase, scale }: Pick<Service, 'phase' | 'scale'>,
  inspection: Inspection,
  now: Date,
): Rollout {
  const ours = containersOf(inspection, rollout.revision);
  const isSound = phase === 'upgraded' && areSound(ours, scale);
  const since = rollout.proof?.soundSince ?? null;
  const hasStayed = ours.every((container) => isSteady(rollout.proof, container));
  const soundSince = isSound ? (hasStayed ? (since ?? now) : now) : null;
  const soundMs = since && soundSince !== since ? now.getTime() - since.getTime() : 0;
  const bakedMs = Math.min(rollout.bake * 1000, rollout.bakedMs + soundMs);
  return {
    ...rollout,
    proof: { inspectedAt: now, soundSince, starts: startsOf(rollout, ours, now) },
    bakedMs,
  };
}

/** The containers of a service that were made for a revision. */
export function containersOf(inspection: Inspection | null, revision: string | null): readonly Container[] {
  return inspection?.containers.filter((container) => container.revision === revision) ?? [];
}

/** Whether all of these are sound; there must be one, unless the service is to have none. */
export function areSound(containers: readonly Container[], scale: number | null): boolean {
  return containers.every(({ sound }) => sound) && (containers.length > 0 || scale === 0);
}

/** Whether a container is the one that was seen before, and has not been started again since. */
function isSteady(proof: Proof | null, { id, starts }: Container): boolean {
  return proof?.starts.findLast(({ container }) => container === id)?.count === starts;
}

/** Whether its new containers have been sound for as long as they must. */
export function isProven({ proof, bake }: Rollout, now: Date): boolean {
  const since = proof?.soundSince ?? null;
  return since !== null && now.getTime() - since.getTime() >= bake * 1000;
}

/** A container of the new revision that is started again and again; null: there is none. */
export function crashing({ proof }: Rollout, inspection: Inspection, now: Date): Container | null {
  const isCrashing = ({ id, starts }: Container) => starts - startsBefore(proof, id, now) >= CRASHES;
  return inspection.containers.find(isCrashing) ?? null;
}

/** How often a container had been started when the window began, or when it was made. */
function startsBefore(proof: Proof | null, id: string, now: Date): number {
  const known = (proof?.starts ?? []).filter(({ container }) => container === id);
  const before = known.findLast(({ at }) => isBeforeWindow(at, now)) ?? known[0];
  return before?.count ?? Infinity;
}

/** One entry for each count a container has had within the window, and the last one from before it. */
function startsOf(rollout: Rollout, ours: readonly Container[], now: Date): Proof['starts'] {
  return ours.flatMap(({ id, starts }) => {
    const known = (rollout.proof?.starts ?? []).filter(({ container }) => container === id);
    const all = known.length > 0 ? known : [firstSeen(rollout, id, starts, now)];
    const counted = all.at(-1)?.count === starts ? all : [...all, { container: id, count: starts, at: now }];
    return counted.filter((_, index) => {
      const next = counted[index + 1];
      return !next || !isBeforeWindow(next.at, now);
    });
  });
}

/** A container that was made within the window has been started once before it began to crash. */
function firstSeen({ startedAt }: Rollout, container: string, starts: number, now: Date) {
  const isNew = startedAt !== null && !isBeforeWindow(startedAt, now);
  return { container, count: isNew ? Math.min(1, starts) : starts, at: isNew ? startedAt : now };
}

function isBeforeWindow(at: Date, now: Date): boolean {
  return now.getTime() - at.getTime() >= CRASH_WINDOW_MS;
}
