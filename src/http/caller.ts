import { createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import type { Caller, Origin } from '../domain/caller.js';
import { CallerSettings } from './callers/caller.settings.js';
import { TrustedProxies } from './callers/trusted-proxies.js';
import { Unbelieved, type WhyUnnamed, WORDS_FOR_UNNAMED } from './callers/unbelieved.js';
import { readName } from './header-text.js';
import { PREFIX_HEADER } from './path-prefix.js';

/** What needs no name, by the routes' patterns: probes and scrapers have none. */
const OPEN = /^\/(ping|metrics|health\/[^/]+)$/;

/** What was found out about the sender of a request: a name, or why there is none. */
interface Sender {
  readonly caller: Caller;
  readonly why: WhyUnnamed | null;
}

const known = new WeakMap<FastifyRequest, Sender>();

/** The request and who sent it, for a parameter of a route. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext): Origin => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { requestId: request.id, caller: known.get(request)?.caller ?? null };
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
  private readonly unbelieved: Unbelieved;

  constructor(
    private readonly settings: CallerSettings,
    log: Log,
  ) {
    this.proxies = new TrustedProxies(settings.AUTOUPDATE_TRUSTED_PROXIES);
    this.unbelieved = new Unbelieved(log);
  }

  get counts(): CallerCounts {
    return this.counted;
  }

  /** Who sent the request, as it was found out when it came. */
  of(request: FastifyRequest): Caller {
    return this.senderOf(request).caller;
  }

  /**
   * Finds out who sends each request, drops what only the gateway may say, and refuses with `request.unidentified`, which
   * says why, whoever needs a name, and with `request.invalid` what cannot be one.
   */
  identify(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request) => {
      const { why } = this.senderOf(request);
      const { identityHeader, AUTOUPDATE_REQUIRE_IDENTITY: isRequired } = this.settings;
      if (identityHeader !== undefined) delete request.headers[identityHeader];
      if (!this.isFromProxy(request)) delete request.headers[PREFIX_HEADER];
      if (why === null || OPEN.test(request.routeOptions.url ?? '')) return;
      // Under no name it would be somebody else's request.
      if (why === 'unreadable') throw new UpdaterError('request.invalid', WORDS_FOR_UNNAMED[why]);
      if (!isRequired) return;
      this.counted.refused += 1;
      throw new UpdaterError('request.unidentified', WORDS_FOR_UNNAMED[why]);
    });
  }

  /** Whether what this request says of itself was written by the gateway. */
  private isFromProxy(request: FastifyRequest): boolean {
    return this.proxies.has(addressOf(request));
  }

  private senderOf(request: FastifyRequest): Sender {
    const sender = known.get(request) ?? this.find(request);
    known.set(request, sender);
    return sender;
  }

  private find(request: FastifyRequest): Sender {
    const { identityHeader } = this.settings;
    const address = addressOf(request);
    const values = identityHeader === undefined ? [] : (request.raw.headersDistinct[identityHeader] ?? []);
    const name = readName(values[0] ?? '');
    const why = this.whyNotBelieved(values, address) ?? whyNoName(name);
    if (why === null) return { caller: { name, address }, why };
    if (why !== 'silent') {
      this.counted.dropped += 1;
      this.unbelieved.tell(why, address);
    }
    return { caller: { name: null, address }, why };
  }

  private whyNotBelieved(values: readonly string[], address: string): WhyUnnamed | null {
    if (values.length === 0) return 'silent';
    if (!this.proxies.has(address)) return 'untrusted';
    // A second one comes from the caller, whom the gateway should not have let send any.
    return values.length > 1 ? 'doubled' : null;
  }
}

function whyNoName(name: string | null): WhyUnnamed | null {
  if (name === null) return 'unreadable';
  return name === '' ? 'silent' : null;
}

/** IPv4 as such, whatever kind of socket it came through. */
function addressOf({ socket }: FastifyRequest): string {
  const [address = ''] = (socket.remoteAddress ?? '').split('%', 1);
  return address.replace(/^::ffff:(?=\d+\.)/i, '') || 'unknown';
}
