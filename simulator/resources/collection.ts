import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import { meets, readFilters, type FilterFields } from './filters.js';
import { collectionOf } from './links.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 3000;

/** What a list of some type is made of. */
export interface ListOf<T> {
  readonly resourceType: string;
  readonly createTypes: readonly string[];
  readonly fields: FilterFields<T>;
  readonly render: (row: T) => JsonObject;
  /** false for `/projects` and what hangs below one: neither pages nor filters there. */
  readonly paged?: boolean;
  readonly createDefaults?: JsonObject;
}

/** One page of a list; only its rows are rendered. Pages are offsets: they skip rows when rows go (cattle: marker m<offset>). */
export function collection<T>(request: ApiRequest, rows: readonly T[], list: ListOf<T>): JsonObject {
  const filters = readFilters(request.query, list.fields);
  const filtered = Object.values(filters).some((conditions) => conditions !== null);
  const sort = readSort(request, list.fields);
  const matching = filtered ? rows.filter((row) => meets(row, filters, list.fields)) : rows;
  const sorted = sort === null ? matching : sortRows(matching, sort, list.fields);
  const page = list.paged === false ? null : readPage(request, sorted.length);
  const shown = page === null ? sorted : sorted.slice(page.offset, page.offset + page.limit);
  return {
    type: 'collection',
    resourceType: list.resourceType,
    links: { self: request.self },
    createTypes: Object.fromEntries(
      list.createTypes.map((type) => [type, `${request.prefix}/${collectionOf(type)}`]),
    ),
    actions: {},
    data: shown.map(list.render),
    sortLinks: sortLinks(request, list.fields),
    pagination: page === null ? null : page.field,
    sort: sort === null ? null : sort.field,
    filters,
    createDefaults: list.createDefaults ?? {},
  };
}

interface Page {
  readonly offset: number;
  readonly limit: number;
  readonly field: JsonObject;
}

function readPage(request: ApiRequest, count: number): Page {
  const given = valueOf(request, 'limit');
  const number = given === undefined || !/^-?\d+$/.test(given) ? DEFAULT_LIMIT : Number(given);
  const limit = number <= 0 || number > MAX_LIMIT ? MAX_LIMIT : number;
  const offset = Number(/^m(\d+)$/.exec(valueOf(request, 'marker') ?? '')?.[1] ?? 0);
  const partial = offset + limit < count;
  const next = partial ? urlWith(request, 'marker', `m${offset + limit}`) : null;
  return { offset, limit, field: { first: null, previous: null, next, limit, total: null, partial } };
}

interface Sort {
  readonly name: string;
  readonly descending: boolean;
  readonly field: JsonObject;
}

function readSort<T>(request: ApiRequest, fields: FilterFields<T>): Sort | null {
  const name = valueOf(request, 'sort');
  if (name === undefined || !(name in fields)) return null;
  const descending = valueOf(request, 'order')?.toLowerCase() === 'desc';
  const reverse = urlWith(request, 'order', descending ? 'asc' : 'desc');
  return { name, descending, field: { name, reverse, order: descending ? 'desc' : 'asc' } };
}

function sortRows<T>(rows: readonly T[], sort: Sort, fields: FilterFields<T>): readonly T[] {
  const read = fields[sort.name]?.read;
  if (read === undefined) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows.toSorted((one, other) => sign * compare(read(one), read(other)));
}

function compare(one: string | number | boolean | null, other: string | number | boolean | null): number {
  if (one === other) return 0;
  if (one === null) return -1;
  if (other === null) return 1;
  return one < other ? -1 : 1;
}

function sortLinks<T>(request: ApiRequest, fields: FilterFields<T>): JsonObject {
  const names = Object.keys(fields).toSorted();
  return Object.fromEntries(names.map((name) => [name, urlWith(request, 'sort', name, 'order')]));
}

function valueOf(request: ApiRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

/** The request's own URL with one parameter put at its end, and others left out. */
function urlWith(request: ApiRequest, name: string, value: string, ...dropped: string[]): string {
  const gone = new Set(['', name, ...dropped]);
  const kept = request.rawQuery.split('&').filter((part) => !gone.has(part.split('=')[0] ?? ''));
  return `${request.self}?${[...kept, `${name}=${value}`].join('&')}`;
}
