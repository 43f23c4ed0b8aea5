import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AxiosRequestConfig, isAxiosError } from 'axios';
import { concatMap, finalize, firstValueFrom, type Observable, Subject, timeout, TimeoutError } from 'rxjs';
import { Clock } from '../../../common/clock.js';
import { Secrets } from '../../../common/secrets.js';
import type { RancherCall } from '../../rancher.backend.js';
import { isSent, wordsOfFailure } from './connection-failures.js';
import { type Reply, type Silence, silence, unreadable } from './cattle.replies.js';
import { CattleSettings } from '../cattle.settings.js';
import { routeOf } from './cattle.route.js';
import type { Json } from './cattle.wire.js';
import { PartTooLong } from './growing-bytes.js';
import { NoCattleList, withoutRows } from './row-splitter.js';

export interface CattleRequest {
  readonly method: 'GET' | 'POST';
  /** Below the version, with a slash first. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** How long it may take from when it is sent, to the last byte of the reply. */
  readonly ms: number;
  /** How long the reply may be. */
  readonly maxBytes: number;
  /** Takes the rows of a list as they come, also of one that fails then; see `RowSplitter`. Must not throw. */
  readonly take?: ((row: Json) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Agents = Readonly<{ httpAgent: HttpAgent; httpsAgent: HttpsAgent }>;

export const MIB = 1024 * 1024;
/** How much is parsed at once, which holds everything else up: a resource, a row of a list. */
export const MAX_PARSED = 4 * MIB;
/** How long a list may be without its rows. Cattle's has some kB, however many rows it has. */
const MAX_REST = MIB / 4;
/** No Rancher has so many of anything that is listed here. */
export const MAX_ROWS = 200_000;
/** As much of a refusal is read as Cattle's can have; a proxy's page only tells that it is none. */
const MAX_REFUSAL = 65_536;

/**
 * Goes with all that is asked. Without the first, a server whose access control is off takes a wrong key for its
 * administrator's. A user agent like a browser's would be answered with web pages.
 */
export const CALLER = {
  'x-enforce-authentication': 'true',
  'user-agent': 'rancher-service-updater',
};

const HEADERS = {
  ...CALLER,
  'x-api-no-challenge': 'true',
  accept: 'application/json',
  'content-type': 'application/json',
};

/**
 * Sends one request to Cattle with the key, bounded in time and size, following nothing. Never throws, and lets nothing
 * out of what the HTTP library throws: its errors carry the key.
 */
@Injectable()
export class CattleTransport implements OnApplicationShutdown {
  #keptAlive: Agents | undefined;
  private isOver = false;
  private readonly calls = new Subject<RancherCall>();
  /** Every request, once it is over. */
  readonly calls$ = this.calls.asObservable();

  constructor(
    private readonly http: HttpService,
    private readonly settings: CattleSettings,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
  ) {}

  async send(request: CattleRequest): Promise<Reply | Silence> {
    const sinceMs = this.clock.monotonicMs();
    const outcome = await this.sendNow(request);
    this.calls.next({
      method: request.method,
      route: routeOf(request.path),
      status: outcome.answered ? `${Math.trunc(outcome.status / 100)}xx` : 'none',
      seconds: (this.clock.monotonicMs() - sinceMs) / 1000,
    });
    return outcome;
  }

  onApplicationShutdown(): void {
    this.isOver = true;
    this.#keptAlive?.httpAgent.destroy();
    this.#keptAlive?.httpsAgent.destroy();
  }

  private async sendNow(request: CattleRequest): Promise<Reply | Silence> {
    if (this.isOver) return { ...silence('the service has stopped'), sent: false };
    const sending = this.sending(request).pipe(
      timeout({ first: request.ms, scheduler: this.clock.scheduler }),
    );
    try {
      return this.withoutSecrets(await firstValueFrom(sending));
    } catch (error) {
      if (error instanceof TimeoutError) return silence(`no whole reply within ${request.ms / 1000} s`);
      return silenceAfter(error, request);
    }
  }

  /** Gives the request up when it is unsubscribed from, also in the middle of a list: the library would read on. */
  private sending(request: CattleRequest): Observable<Reply> {
    const { take, signal } = request;
    const over = new AbortController();
    signal?.addEventListener('abort', () => over.abort(), { signal: over.signal });
    if (signal?.aborted) over.abort();
    return this.http.request<unknown>(this.configOf(request, over.signal)).pipe(
      concatMap(async ({ status, headers, data }) => {
        // What of a refusal is too long is not parsed, and no reason to take it for anything else.
        const limits = {
          rowBytes: MAX_PARSED,
          restBytes: status < 300 ? MAX_REST : MAX_PARSED,
          rows: MAX_ROWS,
        };
        const body = take ? await withoutRows(data as Readable, limits, take) : String(data);
        return { answered: true as const, status, headers: textsOf(headers), body };
      }),
      finalize(() => over.abort()),
    );
  }

  private agentsFor(method: CattleRequest['method']): Agents {
    if (method === 'GET') return (this.#keptAlive ??= this.agents(true));
    // Of a kept connection that the server closes just then, nobody could tell whether the request got through.
    return this.agents(false);
  }

  private agents(keepAlive: boolean): Agents {
    const { tls } = this.settings;
    return { httpAgent: new HttpAgent({ keepAlive }), httpsAgent: new HttpsAgent({ keepAlive, ...tls }) };
  }

  /** What refuses a request, or leads elsewhere, can repeat its key, and is told to people. */
  private withoutSecrets(reply: Reply): Reply {
    if (reply.status < 300) return reply;
    const body = reply.body.length > MAX_REFUSAL ? '' : reply.body;
    const headers = Object.entries(reply.headers).map(([name, text = '']) => [
      name,
      this.secrets.masked(text),
    ]);
    return { ...reply, headers: Object.fromEntries(headers), body: this.secrets.masked(body) };
  }

  private configOf(request: CattleRequest, signal: AbortSignal): AxiosRequestConfig<string> {
    const { method, path, query, body, maxBytes, take } = request;
    const { access, secret } = this.settings.key;
    return {
      method,
      url: `${this.settings.address.api}${path}`,
      params: query,
      // To unpack one resource would take longer than its few kilobytes are worth.
      headers: { ...HEADERS, 'accept-encoding': take ? 'gzip' : 'identity' },
      auth: { username: access, password: secret },
      ...this.agentsFor(method),
      ...(body && { data: JSON.stringify(body) }),
      signal,
      responseType: take ? 'stream' : 'text',
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: maxBytes,
      maxBodyLength: maxBytes,
      proxy: false,
    };
  }
}

function silenceAfter(error: unknown, { maxBytes }: CattleRequest): Silence {
  if (error instanceof PartTooLong) return tooLong(error.maxBytes, ' in one piece');
  if (error instanceof NoCattleList) return unreadable(`Rancher answers with ${error.message}`);
  if (!isAxiosError(error) && !isOfNode(error)) return silence('the request failed');
  if (error.message.startsWith('maxContentLength')) return tooLong(maxBytes, '');
  return { ...silence(wordsOfFailure(error)), sent: isSent(error) };
}

function tooLong(maxBytes: number, how: string): Silence {
  return unreadable(`Rancher sends more than ${maxBytes / MIB} MiB${how}`);
}

/** What ends a reply that is read bit by bit comes as Node throws it. */
function isOfNode(error: unknown): error is NodeJS.ErrnoException {
  return isNativeError(error) && 'code' in error;
}

function textsOf(headers: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
