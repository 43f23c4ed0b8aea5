import type { Schema } from '../json-schema.js';
import { escaped, prose, table } from './html.js';

const REF = '#/components/schemas/';

/** What a value may be, in a few words of HTML. */
export function typeOf(schema: Schema): string {
  const { $ref: to, anyOf, allOf, type, items } = schema;
  if (typeof to === 'string') return linkTo(to.slice(REF.length));
  if (Array.isArray(anyOf)) return typesOf(anyOf).join(' or ');
  if (Array.isArray(allOf)) return typesOf(allOf).join(' and ');
  if (type === 'array') return `list of ${typeOf(items as Schema)}`;
  return [simpleType(schema), ...limitsOf(schema)].join(', ');
}

/** The fields of an object, as a table; what is in their own objects comes below them. */
export function fieldsOf(schema: Schema): string {
  return table(['field', 'type', ''], rowsOf(schema, ''));
}

function rowsOf(schema: Schema, parent: string): readonly (readonly string[])[] {
  const { properties, required } = schema as { readonly properties?: object; readonly required?: unknown };
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties ?? {}).flatMap(([name, field]: [string, Schema]) => {
    const isOptional = !needed.includes(name);
    const told = typeof field['description'] === 'string' ? prose(field['description']) : '';
    const row = [
      `<code>${escaped(parent + name)}</code>`,
      typeOf(field) + (isOptional ? ', optional' : ''),
      told,
    ];
    const inner = (field['items'] ?? field) as Schema;
    return [row, ...rowsOf(inner, `${parent}${name}${field['items'] === undefined ? '.' : '[].'}`)];
  });
}

/** Those that say anything in a few words. */
function typesOf(parts: readonly Schema[]): readonly string[] {
  return parts.map(typeOf).filter(Boolean);
}

function linkTo(name: string): string {
  return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
}

function simpleType({ type, enum: words, format }: Schema): string {
  if (Array.isArray(words)) return words.map((word) => `<code>${escaped(String(word))}</code>`).join(' ');
  const name = [type].flat().filter(Boolean).join(' or ');
  return escaped(typeof format === 'string' ? `${name} (${format})` : name);
}

/** The words of a limit, by the keyword that sets it. */
const LIMITS: readonly (readonly [string, (value: string) => string])[] = [
  ['minimum', (value) => `from ${value}`],
  ['maximum', (value) => `to ${value}`],
  ['minLength', (value) => `at least ${value} characters`],
  ['maxLength', (value) => `at most ${value} characters`],
  ['pattern', (value) => `<code>${escaped(value)}</code>`],
  ['default', (value) => `default <code>${escaped(value)}</code>`],
];

function limitsOf(schema: Schema): readonly string[] {
  return LIMITS.flatMap(([keyword, words]) => {
    const value = schema[keyword];
    if (value === undefined) return [];
    return [words(typeof value === 'string' ? value : JSON.stringify(value))];
  });
}
