import type { IncomingMessage } from 'node:http';

import { ApiError } from '../world/api-error.js';
import type { World } from '../world/world.js';
import { kindOfCollection } from './collections.js';
import type { FaultEdge } from './fault-edge.js';
import { authenticate, callerHeaders, type Caller } from '../asking/keys.js';
import { errorReply, type Reply } from './reply.js';
import type { Pages } from './pages.js';
import { isBrowser, one, readBody, type ApiRequest } from '../asking/request.js';
import { answer } from './writes.js';

/** What answering an API request takes. */
export interface ApiEdge {
  readonly world: World;
  /** Whether access control is on; off, every wrong key acts as the admin. */
  readonly security: boolean;
  readonly pages: Pages;
}

/** Answers an API request, errors and headers included. */
export function answerApi(
  edge: ApiEdge,
  request: IncomingMessage,
  api: ApiRequest,
  text: string,
  faults: FaultEdge,
): Reply {
  const { world } = edge;
  const seen: { caller?: Caller } = {};
  const reply = attempt(edge, api, text, faults, seen);
  const { caller } = seen;
  const named = caller !== undefined && reply.status !== 401;
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return {
    ...asPage(reply, api, caller),
    headers: [...headersFor(api), ...(reply.headers ?? [])],
    caller: named ? callerHeaders(caller, address, world.settings.version) : [],
    ...(caller !== undefined && maySubscribe(reply, api) ? { subscriber: caller } : {}),
  };
}

function maySubscribe(
  { status }: Reply,
  { method, version, segments: [segment, ...rest] }: ApiRequest,
): boolean {
  const subscribes = segment !== undefined && kindOfCollection(segment, version)?.name === 'subscribe';
  return subscribes && rest.length === 0 && method === 'GET' && status === 200;
}

function attempt(
  { world, security, pages }: ApiEdge,
  api: ApiRequest,
  text: string,
  faults: FaultEdge,
  seen: { caller?: Caller },
): Reply {
  let retryAfter: string | undefined;
  try {
    const refusal = faults.refusal();
    retryAfter = refusal?.retryAfter;
    if (refusal !== undefined) throw refusal.error;
    const whole = { ...api, body: readBody(text) };
    const caller = authenticate(world, whole, security);
    seen.caller = caller;
    checkCsrf(api);
    const conflict = faults.conflict();
    return pages.answer(whole, caller, () => answer(world, whole, caller, conflict));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reply = errorReply(error, world.ids.uuid(), wantsChallenge(api));
    if (retryAfter === undefined) return reply;
    return { ...reply, headers: [...(reply.headers ?? []), ['Retry-After', retryAfter]] };
  }
}

function headersFor(api: ApiRequest): readonly (readonly [string, string])[] {
  const cookie = /(?:^|;\s*)PL=/.test(api.headers.cookie ?? '');
  return [
    ...(cookie ? [] : [['Set-Cookie', 'PL=rancher;Path=/'] as const]),
    ['Expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['X-API-Schemas', `${api.prefix}/schemas`],
  ];
}

/** cattle: BasicAuthImpl leaves the challenge out for those who ask, and for websockets. */
function wantsChallenge(api: ApiRequest): boolean {
  return one(api.headers['x-api-no-challenge']) !== 'true' && api.headers.connection !== 'upgrade';
}

function checkCsrf(api: ApiRequest): void {
  const cookie = /(?:^|;\s*)CSRF=([^;]*)/.exec(api.headers.cookie ?? '')?.[1];
  if (api.method === 'GET' || cookie === undefined || !isBrowser(api.headers)) return;
  if (one(api.headers['x-api-csrf']) === cookie) return;
  throw new ApiError(403, 'InvalidCSRFToken', 'CSRF header and cookie do not match');
}

/** Browsers that accept anything get the JSON inside a page (cattle: DefaultApiRequestParser). */
function asPage(reply: Reply, api: ApiRequest, caller: Caller | undefined): Reply {
  const format = api.query.find(([name]) => name === '_format')?.[1];
  const accepts = api.headers.accept ?? '*/*';
  const wanted = isBrowser(api.headers) && accepts.includes('*/*') && format !== 'json';
  if (!wanted || reply.status >= 400) return reply;
  const page = `<!DOCTYPE html>
<script>
var user = ${JSON.stringify(caller?.accountName ?? null)};
var schemas = ${JSON.stringify(`${api.prefix}/schemas`)};
var data =
${JSON.stringify(reply.body)};
</script>
`;
  return { ...reply, contentType: 'text/html; charset=UTF-8', body: page };
}
