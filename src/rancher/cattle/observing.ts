import type { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { reason } from '../../domain/reasons.js';
import type { Service, Sighting } from '../../domain/service.js';
import { reasonOf } from '../reason-of.js';

/** How long to pause, in milliseconds, while a service can be seen: the longer it is looked at, the longer. */
const PACE = [
  { untilMs: 60_000, pauseMs: 2000 },
  { untilMs: 300_000, pauseMs: 5000 },
  { untilMs: Infinity, pauseMs: 10_000 },
] as const;
const MAX_UNSEEN_PAUSE_MS = 30_000;

/** Looks at once and then again and again, until the signal is aborted. Never throws. */
export async function* observing(
  look: () => Promise<Service>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Sighting, void, undefined> {
  const beganMs = clock.monotonicMs();
  let failures = 0;
  while (!signal.aborted) {
    const sighting = await sight(look);
    if (signal.aborted) return;
    failures = sighting.seen ? 0 : failures + 1;
    yield sighting;
    await clock.sleep(pauseMs(clock.monotonicMs() - beganMs, failures), signal);
  }
}

/** The pause after so many looks in a row that saw nothing, in an observation that has taken so long. */
export function pauseMs(elapsedMs: number, failures: number): number {
  const usual = PACE.find(({ untilMs }) => elapsedMs < untilMs)?.pauseMs ?? MAX_UNSEEN_PAUSE_MS;
  return Math.min(MAX_UNSEEN_PAUSE_MS, usual * 2 ** failures);
}

async function sight(look: () => Promise<Service>): Promise<Sighting> {
  try {
    return { seen: true, service: await look() };
  } catch (error) {
    const why = error instanceof UpdaterError ? reasonOf(error) : reason('internal.error', String(error));
    return { seen: false, reason: why };
  }
}
