import { type ErrorCode, type ErrorDetails, UpdaterError } from '../../../common/errors.js';
import { readRetryAfter } from '../../../common/retry-after.js';
import { isJsonObject, type Json } from './cattle.wire.js';

/** A whole reply, whatever it says. Names of headers are in lower case. */
export interface Reply {
  readonly answered: true;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** No whole reply came. `sent`: the request may have arrived all the same. */
export interface Silence {
  readonly answered: false;
  readonly reason: string;
  readonly sent: boolean;
  /** There was one, but longer than is read, or no such list as is read: another would be the same. */
  readonly unreadable: boolean;
}

const MAX_TEXT = 500;
const CONFLICT_CODE = 'ActionNotAvailable';

/**
 * The resource or collection in a reply to a GET.
 *
 * @throws UpdaterError `rancher.unreachable` where the same request may do better in a moment; any other code: it won't.
 */
export function readGet(reply: Reply, now: Date): Json {
  const { status } = reply;
  const body = resourceIn(reply);
  if (status < 300 && body !== null) return body;
  if (status === 409 || isPassing(status))
    throw failure('rancher.unreachable', answered(reply, body), retryAfter(reply, now));
  throw refusalOfAny(reply, body) ?? failure('rancher.error', answered(reply, body));
}

/**
 * The resource in a reply to an action.
 *
 * @throws UpdaterError as `RancherBackend.start` promises.
 */
export function readAction(reply: Reply, now: Date): Json {
  const { status } = reply;
  const body = resourceIn(reply);
  if (status < 300 && body !== null) return body;
  if (status < 300 || status === 409 || status >= 500) {
    const message = `${answered(reply, body)}, which leaves open whether it was done`;
    throw failure('rancher.uncertain', message, retryAfter(reply, now));
  }
  if (status === 408 || status === 429) {
    throw failure('rancher.unreachable', answered(reply, body), retryAfter(reply, now));
  }
  const code = status === 422 && body?.['code'] === CONFLICT_CODE ? 'rancher.conflict' : 'rancher.refused';
  throw refusalOfAny(reply, body) ?? failure(code, `Rancher refuses: ${textOf(body)}`);
}

/** No whole reply to a request that may have arrived. */
export function silence(reason: string): Silence {
  return { answered: false, reason, sent: true, unreadable: false };
}

/** A reply that is not read to its end. */
export function unreadable(reason: string): Silence {
  return { ...silence(reason), unreadable: true };
}

/** It is one of Cattle's, but not what it should be. */
export function wrongShape(what: string): UpdaterError {
  return failure('rancher.error', `Rancher answers with ${what}`);
}

/** What it means that a GET got no reply. */
export function unansweredGet(outcome: Silence): UpdaterError {
  if (outcome.unreadable) return failure('rancher.error', outcome.reason);
  return failure('rancher.unreachable', `Rancher cannot be reached: ${outcome.reason}`);
}

/** What it means that an action got no reply. */
export function unansweredAction({ reason, sent }: Silence): UpdaterError {
  return sent
    ? failure('rancher.uncertain', `no answer from Rancher: ${reason}; it may have been done all the same`)
    : failure('rancher.unreachable', `Rancher cannot be reached: ${reason}`);
}

/** What refuses every kind of request alike; null: nothing of that. */
function refusalOfAny(reply: Reply, body: Json | null): UpdaterError | null {
  const { status } = reply;
  if (status >= 300 && status < 400) {
    const message = `CATTLE_URL is redirected to ${targetOf(reply)}: set it to the final address`;
    return failure('rancher.error', message);
  }
  if (status === 401) {
    return failure(
      'rancher.unauthorized',
      'Rancher refuses the key (401): it is wrong or no longer active, or its environment is not',
    );
  }
  if (status === 403) {
    return failure(
      'rancher.forbidden',
      'Rancher forbids it (403): the key does not belong to the environment, or that is not active',
    );
  }
  if (body === null) return failure('rancher.error', answered(reply, body));
  return status === 404 ? failure('rancher.not_found', answered(reply, body)) : null;
}

/** Cattle's objects all say their type; a proxy's pages and other programs' answers do not. */
function resourceIn({ body }: Reply): Json | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) && typeof parsed['type'] === 'string' ? parsed : null;
  } catch {
    return null;
  }
}

function answered(reply: Reply, body: Json | null): string {
  if (body !== null) return `Rancher answers ${reply.status} (${textOf(body)})`;
  const what = isPage(reply) ? 'a web page' : 'something';
  if (isPassing(reply.status)) return `Rancher or a proxy before it answers ${reply.status}`;
  return `CATTLE_URL answers ${reply.status} with ${what} that is not the API of Rancher 1.2 or newer: is it right?`;
}

/** Cattle misuses `fieldName` for its sentences, where `message` is empty. */
function textOf(body: Json | null): string {
  const [message, detail, field, code] = ['message', 'detail', 'fieldName', 'code'].map((key) => {
    const text = body?.[key];
    return typeof text === 'string' ? text : '';
  });
  const named = [code, field].filter(Boolean).join(': ');
  return (message || detail || named || 'no reason given').slice(0, MAX_TEXT);
}

/** What a server or a proxy says that may do better in a moment. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function isPage({ headers, body }: Reply): boolean {
  return (headers['content-type'] ?? '').includes('html') || body.trimStart().startsWith('<');
}

/** Where a redirect leads, without what may be secret in it. */
function targetOf({ headers }: Reply): string {
  const location = headers['location'] ?? '';
  if (!URL.canParse(location)) return 'another path';
  const { origin, pathname } = new URL(location);
  return `${origin}${pathname}`.slice(0, MAX_TEXT);
}

function retryAfter({ headers }: Reply, now: Date): ErrorDetails {
  return readRetryAfter(headers['retry-after'], now);
}

function failure(code: ErrorCode, message: string, details: ErrorDetails = {}): UpdaterError {
  return new UpdaterError(code, message, details);
}
