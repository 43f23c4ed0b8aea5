import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Subject } from 'rxjs';

/** A request whose answer is over. Of each word there are few, whatever is sent. */
export interface Answered {
  /** `other`: none that any route takes. */
  readonly method: string;
  /** As it was declared, as `/upgrades/:id`; `none`: there is nothing at the address. */
  readonly route: string;
  /** `none`: the caller went away before all of the answer was out. */
  readonly status: string;
  readonly seconds: number;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What is asked of this service. Not seen is what cannot be read as a request at all. */
@Injectable()
export class Traffic {
  private readonly answers = new Subject<Answered>();
  /** Every request, refused ones too, once its answer is over. */
  readonly answered$ = this.answers.asObservable();

  follow(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request, reply) => {
      reply.raw.once('close', () => this.answers.next(answered(request, reply)));
    });
  }
}

function answered(request: FastifyRequest, reply: FastifyReply): Answered {
  const { method, is404, routeOptions } = request;
  return {
    method: METHODS.has(method) ? method : 'other',
    route: is404 ? 'none' : (routeOptions.url ?? 'none'),
    status: reply.raw.writableFinished ? String(reply.raw.statusCode) : 'none',
    seconds: reply.elapsedTime / 1000,
  };
}
