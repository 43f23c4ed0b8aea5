import { createParamDecorator, type ArgumentMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DtoPipe } from './bodies/dto.pipe.js';

/** A parameter of a route's own is checked by no pipe but its own. */
class OptionalBodyPipe extends DtoPipe {
  override transform(value: unknown, { metatype }: ArgumentMetadata): Promise<unknown> {
    return super.transform(value, { type: 'body', metatype });
  }
}

const bodyOf = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return body === undefined ? {} : body;
});

/** The body of a request, as `@Body()` has it; one that is not there is taken for `{}`. */
export const OptionalBody = () => bodyOf(OptionalBodyPipe);
