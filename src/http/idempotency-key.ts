import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UpdaterError } from '../common/errors.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/**
 * The caller's `Idempotency-Key`, for a parameter of a route; null: it sends none.
 *
 * @throws UpdaterError `request.invalid` where it is not at most 255 visible ASCII characters.
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && VISIBLE_ASCII.test(key)) return key;
  const message = 'must be 1 to 255 visible ASCII characters';
  const fields = [{ field: 'Idempotency-Key', message }];
  throw new UpdaterError('request.invalid', `Idempotency-Key ${message}`, { fields });
});
