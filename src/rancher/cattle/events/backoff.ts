import type { SocketFailure } from './socket-failure.js';

export interface Retry {
  readonly pauseMs: number;
  /** Something on the way seems not to speak websocket: it is tried rarely. */
  readonly isHopeless: boolean;
}

const FIRST_MS = 1000;
const MAX_MS = 30_000;
/** Each pause is up to this part of it longer or shorter, so that not all come back at the same moment. */
const JITTER = 0.25;
/** A key can be let in again, and a server that is in trouble be well again, in a minute; a proxy is not changed so soon. */
const REFUSED_MS = 60_000;
const NOT_WEBSOCKET_MS = 300_000;
const MAX_RETRY_AFTER_MS = 600_000;
/** As many answers of one kind in a row are no passing trouble; a server that restarts has it for some minutes. */
const HOPELESS_REFUSALS = 5;
const HOPELESS_SERVER_ERRORS = 10;

/** How long to wait before the next attempt to connect: the more have failed in a row, the longer. */
export class Backoff {
  private failures = 0;
  private refusals = 0;
  private serverErrors = 0;

  /** `random`: from 0 to 1, as `Math.random`. */
  constructor(private readonly random: () => number) {}

  /** A connection has proved to be of use; that it was made is not enough. */
  reset(): void {
    this.failures = 0;
    this.refusals = 0;
    this.serverErrors = 0;
  }

  /** Counts a failure. The pause is in milliseconds, and never shorter than the server asks for, up to ten minutes. */
  after({ kind, answer }: SocketFailure): Retry {
    this.serverErrors = kind === 'server_error' ? this.serverErrors + 1 : 0;
    this.refusals = kind === 'hidden' ? this.refusals + 1 : 0;
    const growingMs = this.growingMs();
    if (kind === 'not_websocket') return { pauseMs: NOT_WEBSOCKET_MS, isHopeless: true };
    if (kind === 'denied') return { pauseMs: REFUSED_MS, isHopeless: false };
    if (kind === 'hidden') return { pauseMs: REFUSED_MS, isHopeless: this.refusals >= HOPELESS_REFUSALS };
    if (this.serverErrors >= HOPELESS_SERVER_ERRORS) return { pauseMs: REFUSED_MS, isHopeless: true };
    const askedMs = Math.min(answer?.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    return { pauseMs: Math.max(growingMs, askedMs), isHopeless: false };
  }

  private growingMs(): number {
    const ms = Math.min(FIRST_MS * 2 ** this.failures, MAX_MS);
    this.failures += 1;
    return Math.round(ms * (1 + JITTER * (2 * this.random() - 1)));
  }
}
