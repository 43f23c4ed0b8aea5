import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UpdaterError } from '../common/errors.js';

const NUMBER = /^\d{1,15}$/;

/**
 * The number of the last event that the caller has, from its `Last-Event-ID`, for a parameter of a route; null: it sends
 * none.
 *
 * @throws UpdaterError `request.invalid` where it is no number of an event.
 */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const id = context.switchToHttp().getRequest<FastifyRequest>().headers['last-event-id'];
  if (id === undefined) return null;
  if (typeof id === 'string' && NUMBER.test(id)) return Number(id);
  const message = 'must be the number of an event';
  const fields = [{ field: 'Last-Event-ID', message }];
  throw new UpdaterError('request.invalid', `Last-Event-ID ${message}`, { fields });
});
