import { createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UpdaterError } from '../common/errors.js';
import type { Caller, Origin } from '../domain/caller.js';
import { CallerSettings } from './caller.settings.js';
import { readName } from './header-text.js';
import { PREFIX_HEADER } from './path-prefix.js';
import { TrustedProxies } from './trusted-proxies.js';

/** What needs no name, by the routes' patterns: probes and scrapers have none. */
const OPEN = /^\/(ping|metrics|health\/[^/]+)$/;

const known = new WeakMap<FastifyRequest, Caller>();

/** The request and who sent it, for a parameter of a route. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { requestId: request.id, caller: known.get(request) ?? null };
});

/** How often it happened since the start; metrics read it. */
export interface CallerCounts {
  /** A name was sent by somebody whose word does not count, or in a way that leaves it open whose it is. */
  readonly dropped: number;
  /** Refused, for a name is required and none was believed. */
  readonly refused: number;
}

/** Knows who sends a request: by the gateway's word alone, for anybody can write a header. */
@Injectable()
export class Callers {
  private readonly proxies: TrustedProxies;
  private readonly counted = { dropped: 0, refused: 0 };

  constructor(private readonly settings: CallerSettings) {
    this.proxies = new TrustedProxies(settings.AUTOUPDATE_TRUSTED_PROXIES);
  }

  get counts(): CallerCounts {
    return this.counted;
  }

  /** Whether what this request says of itself was written by the gateway. */
  private isFromProxy(request: FastifyRequest): boolean {
    return this.proxies.has(addressOf(request));
  }

  of(request: FastifyRequest): Caller {
    const caller = known.get(request) ?? { name: this.nameIn(request), address: addressOf(request) };
    known.set(request, caller);
    return caller;
  }

  /** Finds out who sends each request, drops what only the gateway may say, and refuses with `request.unidentified` whoever needs a name. */
  identify(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request) => {
      const { name } = this.of(request);
      const { identityHeader, AUTOUPDATE_REQUIRE_IDENTITY: isRequired } = this.settings;
      if (identityHeader !== undefined) delete request.headers[identityHeader];
      if (!this.isFromProxy(request)) delete request.headers[PREFIX_HEADER];
      if (!isRequired || name !== null || OPEN.test(request.routeOptions.url ?? '')) return;
      this.counted.refused += 1;
      throw new UpdaterError('request.unidentified', 'Nobody has said who asks: come through the gateway');
    });
  }

  private nameIn(request: FastifyRequest): string | null {
    const { identityHeader } = this.settings;
    const values = identityHeader === undefined ? [] : request.raw.headersDistinct[identityHeader];
    if (values === undefined || values.length === 0) return null;
    // A second one comes from the caller, whom the gateway should not have let send any.
    if (values.length === 1 && this.isFromProxy(request)) return readName(values[0] ?? '');
    this.counted.dropped += 1;
    return null;
  }
}

/** IPv4 as such, whatever kind of socket it came through. */
function addressOf({ socket }: FastifyRequest): string {
  const [address = ''] = (socket.remoteAddress ?? '').split('%', 1);
  return address.replace(/^::ffff:(?=\d+\.)/i, '') || 'unknown';
}
