import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldProblem, UpdaterError } from '../../common/errors.js';
import { invalidFields, unknownField } from '../invalid-fields.js';

/**
 * Lets bodies and queries through as instances of their DTO class, and nothing else: unknown fields and wrong types
 * are refused with `request.invalid`, which names every field. Nothing is converted but what the class itself says.
 */
@Injectable()
export class DtoPipe extends ValidationPipe {
  constructor() {
    super({ transform: true, whitelist: true, forbidNonWhitelisted: true, exceptionFactory: refuse });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') checkBody(value);
    else if (metadata.type !== 'query') return super.transform(value, metadata);
    const reserved = withoutReservedNames(value);
    if (reserved.length === 0) return super.transform(value, metadata);
    throw invalidFields([...(await this.problemsIn(value, metadata)), ...reserved.map(unknownField)]);
  }

  private async problemsIn(value: unknown, metadata: ArgumentMetadata): Promise<readonly FieldProblem[]> {
    try {
      await super.transform(value, metadata);
      return [];
    } catch (error) {
      if (error instanceof UpdaterError) return error.details.fields ?? [];
      throw error;
    }
  }
}

/** @throws UpdaterError `request.invalid` where it is no object */
export function checkBody(body: unknown): asserts body is object {
  if (body === undefined) throw new UpdaterError('request.invalid', 'There is no body; send a JSON object');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UpdaterError('request.invalid', 'The body must be a JSON object');
}

/**
 * Takes away, and answers the paths of, the names that every object has: class-transformer drops them without a word, and
 * class-validator finds the rules of an object by its `constructor`.
 */
function withoutReservedNames(value: unknown, parent = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = parent + name;
    if (!(name in Object.prototype)) return withoutReservedNames(inner, `${path}.`);
    Reflect.deleteProperty(value, name);
    return [path];
  });
}

function refuse(errors: readonly ValidationError[]): UpdaterError {
  return invalidFields(errors.flatMap((error) => problemsOf(error)));
}

function problemsOf(error: ValidationError, parent = ''): readonly FieldProblem[] {
  const field = parent + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
    rule === 'whitelistValidation'
      ? unknownField(field)
      : { field, message: withoutName(message, error.property) },
  );
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, `${field}.`))];
}

function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}
