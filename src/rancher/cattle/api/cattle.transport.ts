import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AxiosRequestConfig, isAxiosError } from 'axios';
import { firstValueFrom, Subject, timeout, TimeoutError } from 'rxjs';
import { Clock } from '../../../common/clock.js';
import { Secrets } from '../../../common/secrets.js';
import type { RancherCall } from '../../rancher.backend.js';
import { isSent, wordsOfFailure } from './connection-failures.js';
import type { Reply, Silence } from './cattle.replies.js';
import { CattleSettings } from '../cattle.settings.js';
import { routeOf } from './cattle.route.js';

export interface CattleRequest {
  readonly method: 'GET' | 'POST';
  /** Below the version, with a slash first. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** How long it may take, to the last byte of the reply. */
  readonly ms: number;
  /** How long the reply may be. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

type Agents = Readonly<{ httpAgent: HttpAgent; httpsAgent: HttpsAgent }>;

const MIB = 1024 * 1024;
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

/** Lists come compressed. One resource does not: to unpack it would take longer than its few kilobytes are worth. */
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
    this.#keptAlive?.httpAgent.destroy();
    this.#keptAlive?.httpsAgent.destroy();
  }

  private async sendNow(request: CattleRequest): Promise<Reply | Silence> {
    const { scheduler } = this.clock;
    const sending = this.http
      .request<string>(this.configOf(request))
      .pipe(timeout({ first: request.ms, scheduler }));
    try {
      const { status, headers, data } = await firstValueFrom(sending);
      return this.withoutSecrets({ answered: true, status, headers: textsOf(headers), body: data });
    } catch (error) {
      if (error instanceof TimeoutError) return silence(`no whole reply within ${request.ms / 1000} s`);
      return silenceAfter(error, request);
    }
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

  private configOf({
    method,
    path,
    query,
    body,
    maxBytes,
    signal,
  }: CattleRequest): AxiosRequestConfig<string> {
    const { access, secret } = this.settings.key;
    return {
      method,
      url: `${this.settings.address.api}${path}`,
      params: query,
      headers: { ...HEADERS, 'accept-encoding': query?.['limit'] === undefined ? 'identity' : 'gzip' },
      auth: { username: access, password: secret },
      ...this.agentsFor(method),
      ...(body && { data: JSON.stringify(body) }),
      ...(signal && { signal }),
      responseType: 'text',
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: maxBytes,
      maxBodyLength: maxBytes,
      proxy: false,
    };
  }
}

function silenceAfter(error: unknown, { maxBytes }: CattleRequest): Silence {
  if (!isAxiosError(error)) return silence('the request failed');
  if (error.message.startsWith('maxContentLength')) {
    return { ...silence(`Rancher sends more than ${maxBytes / MIB} MiB`), tooLong: true };
  }
  return { ...silence(wordsOfFailure(error)), sent: isSent(error) };
}

function silence(reason: string): Silence {
  return { answered: false, reason, sent: true, tooLong: false };
}

function textsOf(headers: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
