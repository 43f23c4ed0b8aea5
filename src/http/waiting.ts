import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { withAnySignal } from '../common/any-signal.js';
import { Stopping } from './stopping.js';

/** Does what a caller waits for. */
@Injectable()
export class Waiting {
  constructor(private readonly stopping: Stopping) {}

  /** Whether the service has begun to stop: who waits is answered as it stands. */
  get isOver(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Does work under a signal that is aborted when the caller is gone or the service begins to stop. */
  for<T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return withAnySignal([gone.signal, this.stopping.signal], work);
  }
}
