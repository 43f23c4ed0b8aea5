import type { ErrorDetails } from './errors.js';

const MAX_MS = 3_600_000;

/** For how long an answer's `Retry-After` wants nothing more to be asked, said in seconds or as a date; an hour at most. */
export function readRetryAfter(header: string | undefined, now: Date): Pick<ErrorDetails, 'retryAfterMs'> {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? {} : { retryAfterMs: Math.min(Math.max(0, ms), MAX_MS) };
}
