import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** `QUERY` is for no route. Fastify wants a Content-Type of it before it looks for one, and says so in its own words. */
export function refuseUnknownMethods(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ method, is404 }) => {
    if (method === 'QUERY' && is404) throw new NotFoundException();
  });
}
