import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Log } from '../common/log.js';
import { answerUnroutable } from './error.filter.js';
import { BODY_LIMIT, parseJson, takeEveryBodyForJson } from './json-body.js';
import { NestLog } from './nest-log.js';
import { chooseRequestId, returnRequestIds } from './request-id.js';
import { logRequests } from './request-log.js';
import { Routes } from './routes.js';
import { Stopping } from './stopping.js';

/** How long a caller may take to send its request. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Puts an application on Fastify. Nothing of it runs yet: hooks and port come with `listen`. The root module has to
 * bring `HttpModule` and the log.
 */
export async function createHttpApplication(root: DynamicModule): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: chooseRequestId,
    frameworkErrors: answerUnroutable,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    abortOnError: false,
    logger: false,
    forceCloseConnections: true,
  });
  const log = app.get(Log);
  app.useLogger(new NestLog(log));
  app.enableCsrfProtection();
  app.useBodyParser('application/json', { bodyLimit: BODY_LIMIT }, async (_: FastifyRequest, body: Buffer) =>
    parseJson(body),
  );
  const fastify = adapter.getInstance();
  app.get(Routes).follow(fastify);
  logRequests(fastify, log);
  app.get(Stopping).guard(fastify);
  returnRequestIds(fastify);
  takeEveryBodyForJson(fastify);
  return app;
}
