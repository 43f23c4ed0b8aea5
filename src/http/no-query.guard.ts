import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalidFields, unknownField } from './invalid-fields.js';

/** For routes that take no query: whatever is in it is refused with `request.invalid`. */
@Injectable()
export class NoQuery implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(query ?? {});
    if (names.length > 0) throw invalidFields(names.map(unknownField));
    return true;
  }
}
