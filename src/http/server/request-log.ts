import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../common/log.js';
import { wordFor } from '../../domain/caller.js';
import type { Callers } from '../caller.js';
import { refusalFields } from './refusals.js';

/** The only 403 of ours: a web page of another site has sent it. */
const CROSS_SITE = 403;

/**
 * One line for each request, with the reason where it is refused: those that only read are for debugging, and one that no
 * caller should send is a warning. Fastify asks `onResponse` also of requests that a hook has refused before ours were
 * asked.
 */
export function logRequests(fastify: FastifyInstance, log: Log, callers: Callers): void {
  const say = (message: string, request: FastifyRequest, reply: FastifyReply) =>
    logRequest(log, message, request, reply, wordFor(callers.of(request)));
  fastify.addHook('onRequest', async (request, reply) => {
    // A connection that is closed has no address any more: who asks is found out before.
    callers.of(request);
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) say('request broken off', request, reply);
    });
  });
  fastify.addHook('onResponse', async (request, reply) => {
    if (reply.raw.writableFinished) say('request answered', request, reply);
  });
}

/** The path of a request without its query, which may say more than a log should keep. */
export function requestPath(request: FastifyRequest): string {
  return request.originalUrl.split('?', 1).join('');
}

function logRequest(
  log: Log,
  message: string,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: string | null,
): void {
  const fields = {
    request: request.id,
    caller,
    method: request.method,
    path: requestPath(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ...refusalFields(request),
  };
  if (reply.statusCode === CROSS_SITE) log.warn(message, fields);
  else if (request.method === 'GET' || request.method === 'HEAD') log.debug(message, fields);
  else log.info(message, fields);
}
