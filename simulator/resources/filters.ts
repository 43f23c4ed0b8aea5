import { numberIn } from '../world/numbers.js';

/** How a field can be filtered (cattle: ParseCollectionAttributes). */
export type FilterType = 'text' | 'number' | 'date' | 'enum' | 'reference';

/** A field by which rows can be filtered and sorted, and how to read it from a row. */
export interface FilterField<T> {
  readonly type: FilterType;
  readonly read: (row: T) => string | number | boolean | null;
}

export type FilterFields<T> = Readonly<Record<string, FilterField<T>>>;

/** A field with its reader. */
export function field<T>(
  type: FilterType,
  read: (row: T) => string | number | boolean | null,
): FilterField<T> {
  return { type, read };
}

/** A field that is null in every row here. */
export function nothing<T>(type: FilterType = 'text'): FilterField<T> {
  return { type, read: () => null };
}

export interface Condition {
  readonly value: string;
  readonly modifier: string;
}

const MODIFIERS: Readonly<Record<FilterType, readonly string[]>> = {
  text: ['eq', 'ne', 'prefix', 'like', 'notlike', 'null', 'notnull'],
  number: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'null', 'notnull'],
  date: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'null', 'notnull'],
  enum: ['eq', 'ne', 'null', 'notnull'],
  reference: ['eq', 'ne', 'null', 'notnull'],
};

/** The conditions of a query by field; unknown fields and modifiers are ignored without a word. */
export function readFilters<T>(
  query: readonly (readonly [string, string])[],
  fields: FilterFields<T>,
): Readonly<Record<string, readonly Condition[] | null>> {
  const filters: Record<string, Condition[] | null> = {};
  for (const name of Object.keys(fields).toSorted()) filters[name] = null;
  for (const [key, value] of query) {
    const [name, modifier] = splitKey(key, fields);
    const known = fields[name];
    if (known === undefined || !MODIFIERS[known.type].includes(modifier)) continue;
    const before = filters[name]?.filter((condition) => condition.modifier === modifier) ?? [];
    filters[name] = [...before, { value: shownValue(known.type, value), modifier }];
  }
  return filters;
}

/** The name is split at the last underscore, unless the whole of it is a field. */
function splitKey<T>(key: string, fields: FilterFields<T>): readonly [string, string] {
  const place = key.lastIndexOf('_');
  if (key in fields || place < 0) return [key, 'eq'];
  return [key.slice(0, place), key.slice(place + 1)];
}

/** References are shown as plain numbers; what does not parse is kept and matches nothing. */
function shownValue(type: FilterType, value: string): string {
  const number = type === 'reference' ? numberIn(value) : null;
  return number === null ? value : String(number);
}

/** Whether a row meets all conditions. */
export function meets<T>(
  row: T,
  filters: Readonly<Record<string, readonly Condition[] | null>>,
  fields: FilterFields<T>,
): boolean {
  return Object.entries(filters).every(([name, conditions]) => {
    const known = fields[name];
    if (conditions === null || known === undefined) return true;
    const value = known.read(row);
    return conditions.every((condition) => holds(value, condition));
  });
}

function holds(value: string | number | boolean | null, { value: wanted, modifier }: Condition): boolean {
  if (modifier === 'null') return value === null;
  if (modifier === 'notnull') return value !== null;
  if (value === null) return false;
  const text = String(value);
  switch (modifier) {
    case 'eq':
      return text === wanted;
    case 'ne':
      return text !== wanted;
    case 'prefix':
      return text.startsWith(wanted);
    case 'like':
      return likePattern(wanted).test(text);
    case 'notlike':
      return !likePattern(wanted).test(text);
    default:
      return compares(Number(value), modifier, Number(wanted));
  }
}

function compares(value: number, modifier: string, wanted: number): boolean {
  if (modifier === 'lt') return value < wanted;
  if (modifier === 'lte') return value <= wanted;
  return modifier === 'gt' ? value > wanted : value >= wanted;
}

/** SQL's LIKE: `%` and `_` are wildcards and cannot be escaped. */
function likePattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
}
