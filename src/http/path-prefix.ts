import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Node's spelling of the header by which a gateway says under which path it publishes the service. */
export const PREFIX_HEADER = 'x-forwarded-prefix';

const MAX_LENGTH = 200;

/** Whole segments, so that an address made with it never leads to another host (`//evil`) or up (`/..`). */
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/**
 * Under which path callers reach the service, for a parameter of a route: what addresses in answers begin with; often ''.
 */
export const PathPrefix = createParamDecorator((_: unknown, context: ExecutionContext) =>
  pathPrefixOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** What is no path is taken for none. By then the header is the gateway's: from others it was dropped. */
function pathPrefixOf({ headers }: FastifyRequest): string {
  const value = headers[PREFIX_HEADER];
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return '';
  const path = value.replace(/\/$/, '');
  return PATH.test(path) ? path : '';
}
