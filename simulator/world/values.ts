import { isObject, type JsonObject } from '../json.js';
import { ApiError } from './api-error.js';

/** Reads JSON values as leniently as Cattle does: text for numbers and the other way round (cattle: ValidationHandler). */
export function asInt(value: unknown, field: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw ApiError.invalid('InvalidFormat', field);
  return Math.trunc(number);
}

export function asText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw ApiError.invalid('InvalidFormat', field);
}

export function asBoolean(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  if (typeof value === 'number') return value !== 0;
  throw ApiError.invalid('InvalidFormat', field);
}

export function asObject(value: unknown, field: string): JsonObject {
  if (!isObject(value)) throw ApiError.invalid('InvalidFormat', field);
  return value;
}

export function asList(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw ApiError.invalid('InvalidFormat', field);
  if (value.includes(null)) throw ApiError.invalid('NotNullable', field);
  return value;
}

export function asTextMap(value: unknown, field: string): JsonObject {
  const entries = Object.entries(asObject(value, field));
  return Object.fromEntries(entries.map(([key, item]) => [key, item === null ? null : asText(item, field)]));
}
