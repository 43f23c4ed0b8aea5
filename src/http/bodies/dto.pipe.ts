import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { type FieldProblem, UpdaterError } from '../../common/errors.js';
import { invalidFields, unknownField } from '../invalid-fields.js';

/**
 * Lets bodies and queries through as instances of their DTO class, and nothing else: unknown fields and wrong types
 * are refused with `request.invalid`, which names every field. Nothing is converted but what the class itself says. All fields are
 * texts, numbers or switches, and no more of a value is looked at than it takes to see that it is none.
 */
@Injectable()
export class DtoPipe extends ValidationPipe {
  constructor() {
    super({ transform: true, exceptionFactory: refuse });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') checkBody(value);
    else if (metadata.type !== 'query') return super.transform(value, metadata);
    // One parameter of a query alone has no class.
    if (typeof value !== 'object' || value === null) return super.transform(value, metadata);
    const entries = Object.entries(value);
    const known = fieldsOf(metadata.metatype);
    const unknown = entries.filter(([name]) => !known.has(name)).map(([name]) => unknownField(name));
    const flat = entries.filter(([name]) => known.has(name)).map(([name, inner]) => [name, flattened(inner)]);
    const rest: unknown = Object.fromEntries(flat);
    if (unknown.length === 0) return super.transform(rest, metadata);
    throw invalidFields([...unknown, ...(await this.problemsIn(rest, metadata))]);
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

const fields = new WeakMap<Type, ReadonlySet<string>>();

/** The names that the class of a DTO has rules for. */
function fieldsOf(dto: Type | undefined): ReadonlySet<string> {
  if (!dto) return new Set();
  const names = fields.get(dto) ?? ruledFieldsOf(dto);
  fields.set(dto, names);
  return names;
}

function ruledFieldsOf(dto: Type): ReadonlySet<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

/** An object or a list as what it is, but with next to nothing in it: class-transformer would copy and follow all of it. */
function flattened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.slice(0, 2).map(() => '') : {};
}

function refuse(errors: readonly ValidationError[]): UpdaterError {
  return invalidFields(errors.flatMap(problemsOf));
}

function problemsOf({ property: field, constraints = {} }: ValidationError): readonly FieldProblem[] {
  return Object.values(constraints).map((message) => ({ field, message: withoutName(message, field) }));
}

function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}
