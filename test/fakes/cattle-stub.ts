import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { HttpService } from '@nestjs/axios';
import { SystemClock, type Clock } from '../../src/common/clock.js';
import { CattleClient } from '../../src/rancher/cattle/api/cattle.client.js';
import { CattleExchange } from '../../src/rancher/cattle/api/cattle.exchange.js';
import { Secrets } from '../../src/common/secrets.js';
import { Rests } from '../../src/rancher/cattle/api/rests.js';
import { CattleTransport } from '../../src/rancher/cattle/api/cattle.transport.js';
import { CattleSettings } from '../../src/rancher/cattle/cattle.settings.js';
import { answering, type Reply } from './receiver.js';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A loopback server in Cattle's place that answers what a test tells it, one reply after the other, then the last. */
export class CattleStub {
  readonly asked: Asked[] = [];
  replies: Reply[] = [answering(200, '{"type":"thing"}')];
  private readonly server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      this.asked.push({ method, url, headers, body });
      this.server.emit('asked');
      const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
      return reply?.(response);
    });
  });

  /** Listens on a free port and answers the address. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the stub listens on no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resolves as soon as it has been asked so many times. */
  async until(count: number): Promise<void> {
    while (this.asked.length < count) await once(this.server, 'asked');
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export const ACCESS_KEY = 'ACCESS-9F3A';
export const SECRET_KEY = 'hush-SECRET-77';

export function cattleSettings(url: string, more: Partial<CattleSettings> = {}): CattleSettings {
  const key = { CATTLE_ACCESS_KEY: ACCESS_KEY, CATTLE_SECRET_KEY: SECRET_KEY };
  return Object.assign(new CattleSettings(), { CATTLE_URL: url, ...key, ...more });
}

export function cattleTransport(settings: CattleSettings, clock: Clock): CattleTransport {
  const { access, secret } = settings.key;
  return new CattleTransport(new HttpService(), settings, clock, new Secrets([access, secret]));
}

export function cattleClient(settings: CattleSettings, clock: Clock): CattleClient {
  const exchange = new CattleExchange(cattleTransport(settings, clock), new Rests(clock), clock);
  return new CattleClient(exchange, clock);
}

/** Answers a resource or collection as Cattle does. */
export function json(body: object, headers: Record<string, string> = {}, status = 200): Reply {
  return answering(status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** A page of rows; `next` is the position at which Cattle says the next page begins. */
export function page(rows: readonly object[], next: number | null = null, headers = {}): Reply {
  const link = next === null ? null : `http://elsewhere.example:1/v1/things?limit=1000&marker=m${next}`;
  return json({ type: 'collection', data: rows, pagination: { next: link } }, headers);
}

/** An error as Cattle words it. */
export function error(status: number, fields: object = {}, headers: Record<string, string> = {}): Reply {
  return json({ type: 'error', status, code: 'Code', message: null, ...fields }, headers, status);
}

/** Real time, but sleeping takes none: it skips what was to be slept, and keeps how long that was. */
export class ImpatientClock extends SystemClock {
  readonly slept: number[] = [];

  override monotonicMs(): number {
    return this.slept.reduce((sum, ms) => sum + ms, super.monotonicMs());
  }

  override sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    return Promise.resolve();
  }
}
