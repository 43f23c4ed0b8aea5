import { Injectable } from '@nestjs/common';
import { UpdaterError } from '../common/errors.js';
import { HttpSettings } from './http.settings.js';

const RETRY_MS = 10_000;

/** Room for a limited number of requests that stay open. */
export class Capacity {
  private open = 0;

  /** `what`: who takes it up, for people. */
  constructor(
    private readonly most: number,
    private readonly what: string,
  ) {}

  /**
   * Takes room for one until `use` has ended. Throws what that throws.
   *
   * @throws UpdaterError `request.too_many`: there is none.
   */
  async with<T>(use: () => Promise<T>): Promise<T> {
    if (this.open >= this.most) {
      const message = `${this.most} ${this.what}, and there may be no more: come again later`;
      throw new UpdaterError('request.too_many', message, { retryAfterMs: RETRY_MS });
    }
    this.open += 1;
    try {
      return await use();
    } finally {
      this.open -= 1;
    }
  }
}

/** How many requests may stay open at once; each holds a connection and what it waits for. */
@Injectable()
export class OpenRequests {
  /** Those that wait for something to be known. */
  readonly waits: Capacity;
  /** Those that are told something as it comes. */
  readonly streams: Capacity;

  constructor({ AUTOUPDATE_MAX_OPEN_WAITS, AUTOUPDATE_MAX_OPEN_STREAMS }: HttpSettings) {
    this.waits = new Capacity(AUTOUPDATE_MAX_OPEN_WAITS, 'requests wait');
    this.streams = new Capacity(AUTOUPDATE_MAX_OPEN_STREAMS, 'streams are open');
  }
}
