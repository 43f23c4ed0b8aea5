import fc from 'fast-check';
import type { Schema } from '../../src/openapi/json-schema.js';

type Fields = Readonly<Record<string, Schema>>;

/** Of the shape that the document's patterns have for a time; whether there is such a time shows elsewhere. */
const TIMES = [
  '2026-03-02',
  '2026-03-02T12:00Z',
  '2026-03-02T12:00:00.123456789+01:00',
  '1999-12-31T23:59:59Z',
];

const IMAGES = ['acme/web', 'acme/web:2.1.0', 'docker:registry.acme.io:5000/shop/web:1', '[::1]:5000/web'];

const JUNK: readonly unknown[] = [
  null,
  '',
  'x',
  '!',
  '007',
  -1,
  0,
  1.5,
  1e21,
  true,
  'true',
  [],
  ['x'],
  {},
  { a: 1 },
];

/** Bodies that keep to a schema, and such that come close. */
export function bodyFor(schema: Schema): fc.Arbitrary<unknown> {
  return objectFor(schema, (field) =>
    fc.oneof({ weight: 12, arbitrary: rightOf(field) }, { weight: 1, arbitrary: wrongOf(field) }),
  );
}

/** Queries, which are all text, that keep to a schema, and such that come close. */
export function queryFor(schema: Schema): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return objectFor(schema, (field) => {
    const wrong = wrongOf(field).filter((value) => typeof value !== 'object' && value !== 1e21);
    const right = rightOf(field).map(String);
    const twice = fc.tuple(right, right);
    return fc.oneof(
      { weight: 12, arbitrary: right },
      { weight: 1, arbitrary: wrong.map(String) },
      { weight: 1, arbitrary: twice },
    );
  });
}

/** What the texts of a query mean, by OpenAPI. */
export function typedQuery(schema: Schema, query: Readonly<Record<string, unknown>>): unknown {
  const fields = schema['properties'] as Fields;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typed(fields[name]?.['type'], value)]),
  );
}

function typed(type: unknown, value: unknown): unknown {
  if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function objectFor(
  { properties, required }: Schema,
  valueOf: (field: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const fields = Object.entries(properties as Fields).map(([name, field]) => [name, valueOf(field)] as const);
  const needed = new Set(Array.isArray(required) ? (required as string[]) : []);
  const some = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  const whole = fc.record(Object.fromEntries(fields), { requiredKeys: [...needed] });
  const other = fc.constantFrom('another', 'Confirm', 'constructor', '__proto_', ' limit');
  const more = fc.tuple(whole, other).map(([object, name]) => ({ ...object, [name]: 'x' }));
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: some },
    { weight: 1, arbitrary: more },
  ) as fc.Arbitrary<Readonly<Record<string, unknown>>>;
}

/** Values that keep to the schema of a field; the last that just do among them. */
function rightOf(schema: Schema): fc.Arbitrary<unknown> {
  const { type, enum: words, format, pattern, minLength = 0, maxLength = 300 } = schema;
  if (Array.isArray(words)) return fc.constantFrom(...(words as unknown[]));
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return numberFor(schema);
  if (format === 'image-reference') return fc.constantFrom(...IMAGES);
  if (typeof pattern === 'string') {
    return pattern.includes('T') ? fc.constantFrom(...TIMES) : fc.stringMatching(new RegExp(pattern));
  }
  const [min, max] = [Number(minLength), Number(maxLength)];
  const edge = fc.constantFrom('a'.repeat(Math.max(min, 1)), 'z'.repeat(max));
  return fc.oneof(edge, fc.string({ minLength: min, maxLength: max }));
}

function numberFor({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const [min, max] = [Number(minimum), Number(maximum)];
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, 2 ** 31 - 1) }));
}

/** Values of which most do not: of other types, and just beyond a limit. */
function wrongOf({ minimum, maximum, minLength, maxLength }: Schema): fc.Arbitrary<unknown> {
  const beyond: readonly unknown[] = [
    ...(minimum === undefined ? [] : [Number(minimum) - 1]),
    ...(maximum === undefined ? [] : [Number(maximum) + 1]),
    ...(minLength === undefined ? [] : ['a'.repeat(Number(minLength) - 1)]),
    ...(maxLength === undefined ? [] : ['a'.repeat(Number(maxLength) + 1)]),
  ];
  return fc.constantFrom(...beyond, ...beyond, ...JUNK);
}
