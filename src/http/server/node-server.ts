import { createServer, type RequestListener, type Server } from 'node:http';
import type { Timeouts } from './client-errors.js';

/** How long a connection may stay open without a request. */
const IDLE_MS = 72_000;

/**
 * Makes Node's servers for Fastify, which needs a second one for a name with two addresses (`localhost`) and gives that
 * nothing of what the first was given later.
 */
export function nodeServers({
  headersMs,
  requestMs,
  checkMs,
  stallMs,
}: Timeouts): (handler: RequestListener) => Server {
  let first: Server | undefined;
  return (handler) => {
    const server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: checkMs,
        keepAliveTimeout: IDLE_MS,
        // Node would refuse it in its own words: `refuseBrokenProtocol` does.
        requireHostHeader: false,
      },
      handler,
    );
    // Of more than this Node drops the last without a word, among them what the gateway says; 16 KiB bound them all the
    // same.
    server.maxHeadersCount = 0;
    server.setTimeout(stallMs);
    server.on('checkExpectation', handler);
    if (first) server.maxConnections = first.maxConnections;
    first ??= server;
    return server;
  };
}
