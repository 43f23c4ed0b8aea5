import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify as createFastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Log } from '../common/log.js';
import { BODY_LIMIT, parseJson, takeEveryBodyForJson } from './bodies/json-body.js';
import { Callers } from './caller.js';
import { readableUrl, refuseBrokenPaths } from './errors/broken-paths.js';
import { answerClientError, TIMEOUTS, type Timeouts } from './server/client-errors.js';
import { refuseUnknownMethods } from './errors/unknown-methods.js';
import { HttpSettings } from './http.settings.js';
import { guardConnections, limitConnections } from './server/connections.js';
import { NestLog } from './server/nest-log.js';
import { nodeServers } from './server/node-server.js';
import { refuseBrokenProtocol } from './server/protocol.js';
import { chooseRequestId, returnRequestIds } from './server/request-id.js';
import { logRequests } from './server/request-log.js';
import { Routes } from './server/routes.js';
import { addSecurityHeaders } from './server/security-headers.js';
import { Stopping } from './stopping.js';
import { Traffic } from './traffic.js';

/**
 * As long as a path can be: Node takes no more of a request before its body. A longer one Fastify would answer past every
 * hook.
 */
const LONGEST_PARAMETER = 16_384;

/**
 * Puts an application on Fastify. Nothing of it runs yet: hooks and port come with `listen`. The root module has to
 * bring `HttpModule` and the log.
 */
export async function createHttpApplication(
  root: DynamicModule,
  timeouts: Timeouts = TIMEOUTS,
): Promise<NestFastifyApplication> {
  const fastify = createFastify({
    bodyLimit: BODY_LIMIT,
    genReqId: chooseRequestId,
    rewriteUrl: readableUrl,
    clientErrorHandler: answerClientError,
    serverFactory: nodeServers(timeouts),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
  });
  // Fastify asks hooks in the order in which they are added, and none after one that refuses. Before all: what is cut off
  // here is neither answered, nor counted, nor logged.
  guardConnections(fastify);
  // Before whatever refuses: refusals have these headers too.
  await addSecurityHeaders(fastify);
  const adapter = new FastifyAdapter(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    abortOnError: false,
    logger: false,
    forceCloseConnections: true,
  });
  limitConnections(fastify, app.get(HttpSettings));
  const log = app.get(Log);
  app.useLogger(new NestLog(log));
  app.enableCsrfProtection();
  app.useBodyParser('application/json', { bodyLimit: BODY_LIMIT }, async (_: FastifyRequest, body: Buffer) =>
    parseJson(body),
  );
  addHooks(fastify, app, log);
  return app;
}

function addHooks(fastify: FastifyInstance, app: NestFastifyApplication, log: Log): void {
  const callers = app.get(Callers);
  // Before Nest adds the routes.
  app.get(Routes).follow(fastify);
  // What watches comes before what refuses: it has to see refusals too.
  app.get(Traffic).follow(fastify);
  logRequests(fastify, log, callers);
  returnRequestIds(fastify);
  // A service that stops says so to everybody; who asks is known before anything else is refused.
  app.get(Stopping).guard(fastify);
  callers.identify(fastify);
  refuseBrokenProtocol(fastify);
  refuseBrokenPaths(fastify);
  refuseUnknownMethods(fastify);
  takeEveryBodyForJson(fastify);
}
