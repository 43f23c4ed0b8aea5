import type { Reason } from '../../domain/reasons.js';
import type { Service, Sighting } from '../../domain/service.js';
import { isRancherFailure, reasonOf } from '../reason-of.js';
import type { ServiceResource } from './api/cattle.wire.js';
import type { Following } from './fleet/following.js';

/** How long to pause between two looks, in milliseconds: while events tell what happens, and while they do not. */
const LIVE_PAUSE_MS = 10_000;
const DEAF_PAUSE_MS = 2000;
const MAX_UNSEEN_PAUSE_MS = 30_000;

interface Sight {
  readonly sighting: Sighting;
  readonly retryAfterMs: number;
}

/** How a service is looked at, and how what was heard of it is put in our words. */
export interface Watcher {
  readonly look: () => Promise<Service>;
  readonly view: (heard: ServiceResource) => Promise<Service>;
}

/**
 * Yields what an event or a look has told, again and again, until the signal is aborted. Looks at once, unless a reply to
 * what was asked of the service has just told of it. Ends with what a look throws that is no `UpdaterError`: a bug does not
 * pass by being looked at again.
 */
export async function* observing(
  { look, view }: Watcher,
  following: Following,
  signal: AbortSignal,
): AsyncGenerator<Sighting, void, undefined> {
  let pauses = pausesAfter(0);
  let failures = 0;
  let tidings = following.first();
  while (!signal.aborted) {
    tidings ??= await following.next(pauses, signal);
    if (signal.aborted) return;
    const heard = tidings.is === 'heard' ? tidings.resource : null;
    const { sighting, retryAfterMs } = await sight(heard ? () => view(heard) : look);
    if (signal.aborted) return;
    failures = sighting.seen ? 0 : failures + 1;
    pauses = pausesAfter(failures, retryAfterMs);
    yield sighting;
    tidings = null;
  }
}

/** The pauses after so many looks in a row that saw nothing. */
export function pausesAfter(
  failures: number,
  retryAfterMs = 0,
): { readonly liveMs: number; readonly deafMs: number } {
  const pauseMs = (usualMs: number) =>
    Math.min(MAX_UNSEEN_PAUSE_MS, Math.max(usualMs * 2 ** failures, retryAfterMs));
  return { liveMs: pauseMs(LIVE_PAUSE_MS), deafMs: pauseMs(DEAF_PAUSE_MS) };
}

async function sight(see: () => Promise<Service>): Promise<Sight> {
  try {
    return { sighting: { seen: true, service: await see() }, retryAfterMs: 0 };
  } catch (error) {
    if (!isRancherFailure(error)) throw error;
    return unseen(reasonOf(error), error.details.retryAfterMs);
  }
}

function unseen(why: Reason, retryAfterMs = 0): Sight {
  return { sighting: { seen: false, reason: why }, retryAfterMs };
}
