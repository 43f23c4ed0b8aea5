import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LastEventId } from '../../http/last-event-id.js';
import { Waiting } from '../../http/waiting.js';
import { OpenRequests } from '../../http/open-requests.js';
import { TextDelivery } from '../../http/text-delivery.js';
import type { EventStream, EventsQuery } from './event-stream.js';
import { EventStreams } from './event-streams.js';
import { EventsRequest } from './upgrade.dto.js';

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-store, no-transform',
  // Else nginx keeps the events until it has many.
  'x-accel-buffering': 'no',
};

/** Tells what happens as it happens: the journal as Server-Sent Events. */
@Controller()
export class EventsController {
  constructor(
    private readonly streams: EventStreams,
    private readonly open: OpenRequests,
    private readonly delivery: TextDelivery,
    private readonly waiting: Waiting,
  ) {}

  /** Of all upgrades, from now on if the caller does not say after which. */
  @Get('events')
  all(
    @Query() { after }: EventsRequest,
    @LastEventId() last: number | null,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.send({ upgradeId: null, after: last ?? after ?? null }, reply);
  }

  /** Of one upgrade, from its beginning if the caller does not say after which; ends when the upgrade has ended. */
  @Get('upgrades/:id/events')
  of(
    @Param('id') upgradeId: string,
    @Query() { after }: EventsRequest,
    @LastEventId() last: number | null,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.send({ upgradeId, after: last ?? after ?? 0 }, reply);
  }

  private send(query: EventsQuery, reply: FastifyReply): Promise<void> {
    return this.open.streams.with(() =>
      this.streams.with(query, async (stream) => {
        // An EventSource comes back for ever, unless there is no content.
        if (stream.isOver) reply.status(204).send();
        else await this.stream(stream, reply);
      }),
    );
  }

  /** Fastify leaves the answer to us, so nothing that is thrown from here on could be answered. */
  private async stream(stream: EventStream, reply: FastifyReply): Promise<void> {
    const { raw, request } = reply.hijack();
    raw.writeHead(200, { ...HEADERS, 'x-request-id': request.id });
    if (request.method === 'HEAD') raw.end();
    else await this.waiting.for(reply, (signal) => this.delivery.send(stream.texts(signal), raw, signal));
  }
}
