import type { Flag, Json } from './schema.js';

/** A record as it comes out of JSON: its dates are text. */
export type Parsed<T> = T extends Date
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Parsed<T[K]> }
    : T;

export function fromJson<T>(json: Json<T>): Parsed<T> {
  return JSON.parse(json);
}

export function toJson(record: object | null): string | null {
  return record && JSON.stringify(record);
}

export function toTime(date: Date | null): number | null {
  return date && date.getTime();
}

export function toDate(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}

export function toFlag(value: boolean): Flag {
  return value ? 1 : 0;
}
