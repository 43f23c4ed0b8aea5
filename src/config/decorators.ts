import { isIP } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { isURL, ValidateBy } from 'class-validator';
import { isOff, isOn, OFF_WORDS, ON_WORDS } from './switch-words.js';

/** With underscores, which are no rarity in names of containers. */
const HOST_NAME = /^(?=.{1,253}$)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)\.?$/i;

/** What `HttpUrl` allows, in words. */
export const HTTP_URL = 'an address that begins with http:// or https://';

/** The variable must be set. Give the property an empty initialiser: nobody gets to see it. */
export function Required(): PropertyDecorator {
  return ValidateBy({
    name: 'required',
    validator: { validate: (value) => !unset(value), defaultMessage: () => 'must be set' },
  });
}

/** A whole number between two limits, both allowed. */
export function WholeNumber(min: number, max: number): PropertyDecorator {
  return rule(
    `a whole number from ${min} to ${max}`,
    (text) => (/^\d+$/.test(text) ? Number(text) : text),
    (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
  );
}

/** A switch: true, yes, on, 1 or false, no, off, 0, in any case. */
export function Flag(): PropertyDecorator {
  return rule(
    `one of ${[...ON_WORDS, ...OFF_WORDS].join(', ')}`,
    (text) => isOn(text) || (isOff(text) ? false : text),
    (value) => typeof value === 'boolean',
  );
}

/** Any text. */
export function Text(): PropertyDecorator {
  return rule(
    'a text',
    (text) => text,
    (value) => typeof value === 'string',
  );
}

/** One of these words, in any case. */
export function OneOf(words: readonly string[]): PropertyDecorator {
  return rule(
    `one of ${words.join(', ')}`,
    (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? text,
    (value) => words.some((word) => word === value),
  );
}

/** An IP address as it is, or the name of a host, which the machine has to know. */
export function Host(): PropertyDecorator {
  return rule(
    'an IP address such as 127.0.0.1 or :: (without brackets), or the name of a host',
    (text) => text,
    (value) => typeof value === 'string' && (isIP(value) !== 0 || HOST_NAME.test(value)),
  );
}

/** A whole address with http:// or https://; its host can be a plain name (`localhost`, `rancher_server`). */
export function HttpUrl(): PropertyDecorator {
  return rule(HTTP_URL, (text) => text, isHttpUrl);
}

/** Whether a value is what `HttpUrl` allows. */
export function isHttpUrl(value: unknown): value is string {
  const hosts = { require_tld: false, allow_underscores: true };
  return (
    typeof value === 'string' &&
    isURL(value, { protocols: ['http', 'https'], require_protocol: true, ...hosts })
  );
}

/** Converts what is set and says what is allowed where that is not it. */
function rule(
  allowed: string,
  convert: (text: string) => unknown,
  accepts: (value: unknown) => boolean,
): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? convert(value) : value)),
    ValidateBy({
      name: allowed,
      validator: {
        validate: (value) => unset(value) || accepts(value),
        defaultMessage: () => `must be ${allowed}`,
      },
    }),
  );
}

function unset(value: unknown): boolean {
  return value === undefined || value === '';
}
