import type { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Reason } from '../../domain/reasons.js';
import type { Service, Sighting } from '../../domain/service.js';
import { reasonOf } from '../reason-of.js';

/** How long to pause, in milliseconds, while a service can be seen: the longer it is looked at, the longer. */
const PACE = [
  { untilMs: 60_000, pauseMs: 2000 },
  { untilMs: 300_000, pauseMs: 5000 },
] as const;
const LAST_PAUSE_MS = 10_000;
const MAX_UNSEEN_PAUSE_MS = 30_000;

interface Sight {
  readonly sighting: Sighting;
  readonly retryAfterMs: number;
}

/**
 * Looks at once and then again and again, until the signal is aborted. Ends with what a look throws that is no
 * `UpdaterError`: a bug does not pass by being looked at again.
 */
export async function* observing(
  look: () => Promise<Service>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Sighting, void, undefined> {
  const beganMs = clock.monotonicMs();
  let failures = 0;
  while (!signal.aborted) {
    const { sighting, retryAfterMs } = await sight(look);
    if (signal.aborted) return;
    failures = sighting.seen ? 0 : failures + 1;
    yield sighting;
    await clock.sleep(pauseMs(clock.monotonicMs() - beganMs, failures, retryAfterMs), signal);
  }
}

/** The pause after so many looks in a row that saw nothing, in an observation that has taken so long. */
export function pauseMs(elapsedMs: number, failures: number, retryAfterMs = 0): number {
  const usual = PACE.find(({ untilMs }) => elapsedMs < untilMs)?.pauseMs ?? LAST_PAUSE_MS;
  return Math.min(MAX_UNSEEN_PAUSE_MS, Math.max(usual * 2 ** failures, retryAfterMs));
}

async function sight(look: () => Promise<Service>): Promise<Sight> {
  try {
    return { sighting: { seen: true, service: await look() }, retryAfterMs: 0 };
  } catch (error) {
    if (!(error instanceof UpdaterError)) throw error;
    return unseen(reasonOf(error), error.details.retryAfterMs);
  }
}

function unseen(why: Reason, retryAfterMs = 0): Sight {
  return { sighting: { seen: false, reason: why }, retryAfterMs };
}
