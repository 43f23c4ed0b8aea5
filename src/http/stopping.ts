import { setMaxListeners } from 'node:events';
import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';

const LIMIT_MS = 5_000;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The end of the service as its callers see it: new work is refused, who waits is answered, and only then are the
 * connections cut, for that resets whatever is still on its way.
 */
@Injectable()
export class Stopping implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly begun = new AbortController();
  private readonly idle = new AbortController();
  private open = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    // Every caller that waits listens to it: that is no leak.
    setMaxListeners(0, this.begun.signal);
  }

  /** Aborted when the service begins to stop: whoever lets a caller wait answers now. */
  get signal(): AbortSignal {
    return this.begun.signal;
  }

  guard(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request, reply) => {
      this.open += 1;
      reply.raw.once('close', () => this.closed());
      if (this.signal.aborted && !READING.has(request.method)) {
        throw new UpdaterError('service.stopping', 'The service is stopping');
      }
    });
    fastify.addHook('onSend', async (_request, reply) => {
      if (this.signal.aborted) reply.header('connection', 'close');
    });
  }

  onModuleDestroy(): void {
    this.log.info('stopping', { requests: this.open });
    this.begun.abort();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.open > 0) await this.clock.sleep(LIMIT_MS, this.idle.signal);
  }

  private closed(): void {
    this.open -= 1;
    if (this.open === 0 && this.signal.aborted) this.idle.abort();
  }
}
