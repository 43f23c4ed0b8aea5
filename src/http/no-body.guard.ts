import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { checkBody } from './bodies/dto.pipe.js';
import { invalidFields, unknownField } from './invalid-fields.js';

/** For routes to which there is nothing to say: a body other than `{}` is refused with `request.invalid`. */
@Injectable()
export class NoBody implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body === undefined) return true;
    checkBody(body);
    const names = Object.keys(body);
    if (names.length > 0) throw invalidFields(names.map(unknownField));
    return true;
  }
}
