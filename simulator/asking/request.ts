import type { IncomingHttpHeaders } from 'node:http';

import { isObject, type JsonObject } from '../json.js';
import { ApiError } from '../world/api-error.js';

export type Version = 'v1' | 'v2-beta';

/** A request to the API, taken apart. */
export interface ApiRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly version: Version;
  /** The environment named by the path, as written there; null when the path is not project scoped. */
  readonly scope: string | null;
  /** What follows the version and the environment. */
  readonly segments: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly action: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Scheme and host by which the caller believes to speak, like `https://r.example`. */
  readonly origin: string;
  /** Start of all links: origin, version, and the environment where the path names one. */
  readonly prefix: string;
  readonly self: string;
  readonly body: JsonObject;
}

/** Takes a request apart, without its body; null for paths outside the API. */
export function readRequest(method: string, url: string, headers: IncomingHttpHeaders): ApiRequest | null {
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  const root = rawPath === '/' && !isBrowser(headers);
  const parts = (root ? '/v1' : rawPath).replace(/\/+$/, '').split('/');
  const version = parts[1];
  if (version !== 'v1' && version !== 'v2-beta') return null;
  const scoped = isScoped(parts);
  const segments = parts.slice(scoped ? 4 : 2).filter((part) => part !== '');
  const query = [...new URLSearchParams(rawQuery)];
  const origin = originOf(headers);
  const scope = scoped ? (parts[3] ?? '') : null;
  const prefix = `${origin}/${version}${scope === null ? '' : `/projects/${scope}`}`;
  return {
    method,
    rawPath,
    rawQuery,
    version,
    scope,
    segments,
    query,
    action: query.find(([name]) => name === 'action')?.[1] ?? null,
    headers,
    origin,
    prefix,
    self: scoped ? [prefix, ...segments].join('/') : origin + rawPath.replace(/\/+$/, ''),
    body: {},
  };
}

/** A path names its environment when it has more than four parts and the second is `projects` (cattle: ApiRequestParser). */
function isScoped(parts: readonly string[]): boolean {
  return parts.length > 4 && parts[2] === 'projects' && parts[4] !== 'projectMembers';
}

/** Reads a body whatever its content type; a scalar or a list counts as empty, no JSON at all is a 400. */
export function readBody(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    throw new ApiError(400, 'InvalidBodyContent', 'InvalidBodyContent');
  }
}

/** cattle: DefaultApiRequestParser, in this order. */
function originOf(headers: IncomingHttpHeaders): string {
  const whole = one(headers['x-api-request-url']);
  if (whole !== undefined && URL.canParse(whole)) return new URL(whole).origin;
  const proto = one(headers['x-forwarded-proto']);
  const host = headers.host ?? 'localhost';
  if (proto === undefined) return `http://${host}`;
  const forwarded = one(headers['x-forwarded-host']);
  if (forwarded === undefined) return `${proto}://${host}`;
  const port = one(headers['x-forwarded-port']);
  const shown = port === undefined || port === '443' || port === '80' ? '' : `:${port}`;
  return `${proto}://${forwarded}${shown}`;
}

/** A browser by its name gets pages instead of JSON. */
export function isBrowser(headers: IncomingHttpHeaders): boolean {
  return /mozilla/i.test(headers['user-agent'] ?? '');
}

export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
