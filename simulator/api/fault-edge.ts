import type { Faults, FaultSubject, FaultKind, FaultOf } from '../faults/faults.js';
import { ApiError } from '../world/api-error.js';
import { numberIn } from '../world/numbers.js';
import { namesOf, type Environment } from '../world/records.js';
import type { World } from '../world/world.js';
import { kindOfCollection } from './collections.js';
import { wantedEnvironment } from '../asking/keys.js';
import { proxyPage, type Reply } from './reply.js';
import type { ApiRequest } from '../asking/request.js';

/** What a fault is matched against, for a request. */
export function subjectOf(
  world: World,
  method: string,
  path: string,
  key: string | null,
  request: ApiRequest | null,
): FaultSubject {
  const [segment, id] = request?.segments ?? [];
  const isService =
    request !== null &&
    segment !== undefined &&
    kindOfCollection(segment, request.version)?.name === 'service';
  const service = isService && id !== undefined ? world.services.get(numberIn(id) ?? -1) : undefined;
  const scope = request?.scope ?? null;
  const environment =
    service?.environment ??
    (scope === null ? undefined : world.environments.get(numberIn(scope) ?? -1)) ??
    subscribedTo(world, key, request);
  return {
    method,
    path,
    key,
    action: request?.action ?? null,
    ...(service === undefined ? {} : { service: namesOf(service) }),
    ...(environment === undefined ? {} : { environment: [environment.name, `1a${environment.id}`] }),
  };
}

/** The environment of a handshake whose path names none. */
function subscribedTo(world: World, key: string | null, request: ApiRequest | null): Environment | undefined {
  const [segment] = request?.segments ?? [];
  if (request === null || segment === undefined) return undefined;
  if (kindOfCollection(segment, request.version)?.name !== 'subscribe') return undefined;
  const wanted = wantedEnvironment(request);
  if (wanted !== null) return world.environments.get(numberIn(wanted) ?? -1);
  return world.findEnvironment(world.keys.get(key ?? '')?.environment ?? '');
}

/** The faults of one request: takes them one by one and notes which ones struck. */
export class FaultEdge {
  constructor(
    private readonly faults: Faults,
    private readonly subject: FaultSubject,
    private readonly struck: string[],
  ) {}

  take<K extends FaultKind>(kind: K): FaultOf<K> | undefined {
    const fault = this.faults.take(kind, this.subject);
    if (fault !== undefined) this.struck.push(kind);
    return fault;
  }

  /** What a proxy that lets no websocket through makes of a handshake: its own page, or a plain GET. */
  refusedSocket(get: () => Reply): Reply | undefined {
    const refuse = this.take('socket-refuse');
    if (refuse?.status === 200) return get();
    return refuse && later(proxyPage(refuse.status ?? 503), refuse.retryAfter);
  }

  /** An answer that comes instead of Cattle's, from a proxy in front of it; `done` does what was asked all the same. */
  instead(done: () => void): Reply | undefined {
    const redirect = this.take('redirect');
    if (redirect !== undefined) {
      return { ...proxyPage(redirect.status ?? 302), headers: [['Location', redirect.location]] };
    }
    const tooMany = this.take('too-many');
    if (tooMany !== undefined) return later(proxyPage(429), tooMany.retryAfter ?? '1');
    const page = this.take('proxy-page');
    if (page?.committed === true) done();
    if (page !== undefined) return later(proxyPage(page.status ?? 502), page.retryAfter);
    return undefined;
  }

  /** The answer, without a header that a proxy takes away. */
  stripped(reply: Reply): Reply {
    const fault = this.take('drop-header');
    if (fault === undefined) return reply;
    const dropped = fault.header.toLowerCase();
    const without = (headers: Reply['headers'] = []) =>
      headers.filter(([name]) => name.toLowerCase() !== dropped);
    return { ...reply, headers: without(reply.headers), caller: without(reply.caller) };
  }

  /** A refusal by Cattle itself. */
  refusal(): { readonly error: ApiError; readonly retryAfter: string | undefined } | undefined {
    const broken = this.take('server-error');
    if (broken !== undefined) {
      return { error: ApiError.status(broken.status ?? 500), retryAfter: broken.retryAfter };
    }
    if (this.take('unauthorized') !== undefined) {
      return { error: ApiError.status(401), retryAfter: undefined };
    }
    if (this.take('forbidden') !== undefined) return { error: ApiError.status(403), retryAfter: undefined };
    return undefined;
  }

  /** A busy lock; reads are touched only by a fault that names GET. */
  conflict(): 'nothing' | 'launchConfig' | undefined {
    const reads = this.subject.method === 'GET';
    if (reads && this.faults.peek('conflict', this.subject)?.method === undefined) return undefined;
    const fault = this.take('conflict');
    if (fault === undefined) return undefined;
    if (reads) throw ApiError.status(409);
    return fault.stored === true ? 'launchConfig' : 'nothing';
  }
}

function later(reply: Reply, retryAfter: string | undefined): Reply {
  if (retryAfter === undefined) return reply;
  return { ...reply, headers: [...(reply.headers ?? []), ['Retry-After', retryAfter]] };
}
