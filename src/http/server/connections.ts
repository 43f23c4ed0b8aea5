import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { HttpSettings } from '../http.settings.js';

/** Connections beside those that wait and those that stream; beyond, new ones are closed at once. */
const MOST_OTHERS = 2000;

/** Answers that a caller may have asked for on one connection before it has taken the first. */
export const MOST_PIPELINED = 8;

/**
 * Keeps callers that ask and do not read from filling the memory. Who takes nothing of an answer for as long as the server's
 * `connectionTimeout` is cut off; so is a connection on which too many answers are asked for at once, and nothing more of it
 * is answered.
 */
export function guardConnections(fastify: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  fastify.addHook('onRequest', (request, reply, next) => {
    const { socket } = request.raw;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > MOST_PIPELINED) {
      socket.destroy();
      reply.hijack();
      return;
    }
    reply.raw.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    // Who only waits for an answer takes nothing either: Node asks here, and leaves the connection alone.
    reply.raw.on('timeout', () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    next();
  });
}

/** Keeps room for everybody who may wait or stream by the settings, and for some thousand more. */
export function limitConnections({ server }: FastifyInstance, settings: HttpSettings): void {
  const { AUTOUPDATE_MAX_OPEN_WAITS, AUTOUPDATE_MAX_OPEN_STREAMS } = settings;
  server.maxConnections = AUTOUPDATE_MAX_OPEN_WAITS + AUTOUPDATE_MAX_OPEN_STREAMS + MOST_OTHERS;
}
