import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../common/log.js';

/** One line for each request: those that only read are for debugging. */
export function logRequests(fastify: FastifyInstance, log: Log): void {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => logRequest(log, request, reply));
  });
}

/** The path of a request without its query, which may say more than a log should keep. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1).join('');
}

function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  const fields = {
    request: request.id,
    method: request.method,
    path: pathOf(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
  };
  const message = reply.raw.writableFinished ? 'request answered' : 'request broken off';
  if (request.method === 'GET' || request.method === 'HEAD') log.debug(message, fields);
  else log.info(message, fields);
}
