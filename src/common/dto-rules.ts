import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';

// The rules of bodies and queries, in our own words. Nothing is converted, except by what ends in `Text`.

/** Refuses a value with the problem that is found in it; null: there is none. */
export function Rule(problem: (value: unknown) => string | null): PropertyDecorator {
  return ValidateBy({
    name: 'rule',
    validator: {
      validate: (value) => problem(value) === null,
      defaultMessage: (args) => `${problem(args?.value)}`,
    },
  });
}

/** A rule for what may be left out; null is not left out. */
export function Optional(rule: PropertyDecorator): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    rule,
  );
}

/** One of these words, or left out. */
export function IsOneOf(words: readonly string[]): PropertyDecorator {
  return Optional(Rule((value) => oneOfProblem(value, words)));
}

/** True or false, or left out. */
export function IsSwitch(): PropertyDecorator {
  return Optional(Rule((value) => (typeof value === 'boolean' ? null : 'must be true or false')));
}

/** A whole number between two limits, both allowed, or left out. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  const isOne = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return Optional(Rule((value) => (isOne(value) ? null : `must be a whole number from ${min} to ${max}`)));
}

/** The `next` of the page before, or left out. */
export function IsCursor(): PropertyDecorator {
  return Optional(Rule(cursorProblem));
}

/** A query is all text: its numbers are numbers only after this. */
export function NumberText(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );
}

/** The same for true and false. */
export function SwitchText(): PropertyDecorator {
  const words: Readonly<Record<string, boolean>> = { true: true, false: false };
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value,
  );
}

function oneOfProblem(value: unknown, words: readonly string[]): string | null {
  return words.some((word) => word === value) ? null : `must be one of ${words.join(', ')}`;
}

function cursorProblem(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 128 ? null : 'must be the `next` of the page before';
}
