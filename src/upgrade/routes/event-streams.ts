import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { EventStream, type EventsQuery } from './event-stream.js';

/** Readers at the same time; each holds a connection and some of the newest entries. */
const MAX_OPEN = 200;

const RETRY_MS = 10_000;

/** Gives each reader of the journal its own stream, to a limited number of them. */
@Injectable()
export class EventStreams {
  private opened = 0;

  constructor(
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Lets a reader use a stream until `use` has ended.
   *
   * @throws UpdaterError `request.not_found`: there is no such upgrade; `request.too_many`: 200 are open; `store.unavailable`
   */
  async with(query: EventsQuery, use: (stream: EventStream) => Promise<void>): Promise<void> {
    if (this.opened >= MAX_OPEN) {
      const message = `${MAX_OPEN} event streams are open, and there may be no more`;
      throw new UpdaterError('request.too_many', message, { retryAfterMs: RETRY_MS });
    }
    this.opened += 1;
    const stream = new EventStream(this.store, this.clock, query);
    try {
      await stream.open();
      await use(stream);
    } finally {
      stream.close();
      this.opened -= 1;
    }
  }
}
