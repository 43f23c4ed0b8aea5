import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { UpdaterError } from '../../../common/errors.js';

/** Stands for the whole server among the environments' ids. */
const SERVER = '';

const TOO_MANY = 429;
const MAX_REST_MS = 600_000;

interface Rest {
  readonly untilMs: number;
  readonly failure: UpdaterError;
}

/** Says of a request that it was not sent, because the server wants to be left alone. */
export class HeldBack extends UpdaterError {
  constructor(
    /** With what the server asked for it. */
    readonly failure: UpdaterError,
    retryAfterMs: number,
  ) {
    const message = `nothing was asked, for Rancher wants to be left alone for a while: ${failure.message}`;
    super('rancher.unreachable', message, { retryAfterMs });
  }
}

/**
 * For how long the server, or one environment in it, is to be left alone. Whoever counts requests (429) counts all of
 * them; any other trouble below an environment's address is taken for that environment's own.
 */
@Injectable()
export class Rests {
  private readonly rests = new Map<string, Rest>();

  constructor(private readonly clock: Clock) {}

  /** What asking for the path would be answered with, while what it is about is to be left alone; else null. */
  heldBack(path: string): HeldBack | null {
    for (const scope of [SERVER, scopeOf(path)]) {
      const rest = this.rests.get(scope);
      const leftMs = Math.floor((rest?.untilMs ?? 0) - this.clock.monotonicMs());
      if (rest && leftMs > 0) return new HeldBack(rest.failure, leftMs);
      this.rests.delete(scope);
    }
    return null;
  }

  /** Notes how long a reply wants nothing more to be asked: ten minutes at most. What wants it for longer counts. */
  note(path: string, status: number, failure: UpdaterError): void {
    const restMs = Math.min(failure.details.retryAfterMs ?? 0, MAX_REST_MS);
    if (restMs <= 0) return;
    const scope = status === TOO_MANY ? SERVER : scopeOf(path);
    const untilMs = this.clock.monotonicMs() + restMs;
    if (untilMs > (this.rests.get(scope)?.untilMs ?? 0)) this.rests.set(scope, { untilMs, failure });
  }
}

function scopeOf(path: string): string {
  return /^\/projects\/([^/?]+)/.exec(path)?.[1] ?? SERVER;
}
