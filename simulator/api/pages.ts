import type { Environment } from '../world/records.js';
import type { World } from '../world/world.js';
import { kindOfCollection } from './collections.js';
import type { Caller } from '../asking/keys.js';
import type { Reply } from './reply.js';
import { isBrowser, one, type ApiRequest } from '../asking/request.js';

const KEPT = 500;

interface Page {
  readonly revision: number;
  readonly bytes: Buffer;
}

/** Lists of services as they went out, zipped: they hold until something changes in their environment. */
export class Pages {
  private readonly kept = new Map<string, Page>();

  constructor(world: World) {
    // A new environment may come by the id of one that was purged.
    world.changes.subscribe((change) => {
      if (change.kind === 'environment') this.kept.clear();
    });
  }

  /** The list that this caller would get, or else the answer, to be kept once it is zipped. */
  answer(request: ApiRequest, caller: Caller, render: () => Reply): Reply {
    const { environment } = caller;
    if (environment === null || !isPage(request)) return render();
    const name = nameOf(request, caller, environment);
    const { revision } = environment;
    const known = this.kept.get(name);
    if (known?.revision === revision) return { status: 200, body: null, zipped: known.bytes };
    return { ...render(), keep: (bytes) => this.keep(name, { revision, bytes }) };
  }

  private keep(name: string, page: Page): void {
    this.kept.delete(name);
    this.kept.set(name, page);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

function isPage({ method, segments, version, headers }: ApiRequest): boolean {
  const [segment, ...rest] = segments;
  if (method !== 'GET' || segment === undefined || rest.length > 0 || isBrowser(headers)) return false;
  return kindOfCollection(segment, version)?.name === 'service' && acceptsGzip(headers);
}

/** Whether an answer may be zipped. */
export function acceptsGzip(headers: ApiRequest['headers']): boolean {
  return /\bgzip\b/.test(one(headers['accept-encoding']) ?? '');
}

/** All that a list depends on, but for the environment's own changes. */
function nameOf(
  { self, prefix, rawQuery, headers }: ApiRequest,
  caller: Caller,
  environment: Environment,
): string {
  const { kind, role, secrets } = caller;
  const renamed = one(headers['x-api-action-links']);
  return JSON.stringify([self, prefix, rawQuery, environment.id, kind, role, secrets, renamed]);
}
