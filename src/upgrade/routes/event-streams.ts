import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { EventStream, type EventsQuery } from './event-stream.js';

/** Gives each reader of the journal its own stream. */
@Injectable()
export class EventStreams {
  constructor(
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Lets a reader use a stream until `use` has ended.
   *
   * @throws UpdaterError `request.not_found`: there is no such upgrade; `store.unavailable`
   */
  async with(query: EventsQuery, use: (stream: EventStream) => Promise<void>): Promise<void> {
    const stream = new EventStream(this.store, this.clock, query);
    try {
      await stream.open();
      await use(stream);
    } finally {
      stream.close();
    }
  }
}
