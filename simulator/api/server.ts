import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { SimulatorClock } from '../clock.js';
import type { Journal, RequestEntry } from '../journal.js';
import { answerApi, type ApiEdge } from './api-edge.js';
import type { Control } from './control.js';
import { FaultEdge, subjectOf } from './fault-edge.js';
import { accessKeyOf } from './keys.js';
import { jettyNotFound, webPage, type Reply } from './reply.js';
import { readRequest, type ApiRequest } from './request.js';
import { send, sendSlowly } from './send.js';

/** What the server needs: the world, who records, and how strict it is. */
export interface ServerParts extends ApiEdge {
  readonly journal: Journal;
  readonly control: Control;
}

/** The HTTP server: faults first, then the API, the web page, or the control route. */
export class ApiServer {
  private readonly server: Server;

  constructor(private readonly parts: ServerParts) {
    this.server = createServer((request, response) => void this.handle(request, response));
    // Cattle accepts request heads of 16 KiB and keeps connections open for long.
    this.server.keepAliveTimeout = 60_000;
  }

  /** Listens; answers the port. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const text = await readText(request);
      const url = request.url ?? '/';
      if (/^\/simulator(?:[/?]|$)/.test(url)) {
        await send(request, response, this.parts.control.answer(request.method ?? 'GET', url, text));
      } else {
        await this.serve(request, response, url, text);
      }
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const message = error instanceof Error ? error.message : String(error);
      await send(request, response, {
        status: 500,
        contentType: 'text/plain',
        body: `simulator: ${message}\n`,
      });
    }
  }

  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    text: string,
  ): Promise<void> {
    const { world, journal } = this.parts;
    const api = readRequest(request.method ?? 'GET', url, request.headers);
    const entry = entryFor(world.clock, request, url, text);
    journal.request(entry);
    const subject = subjectOf(world, entry.method, entry.path, entry.key, api);
    const faults = new FaultEdge(world.faults, subject, entry.faults);
    const latency = faults.take('latency');
    if (latency !== undefined) await wait(world.clock, latency.ms);
    if (response.destroyed) return;
    const hang = faults.take('hang');
    if (hang !== undefined && hang.committed !== true) return;
    if (faults.take('reset') !== undefined) return reset(request);
    const done = (): Reply => this.answer(request, api, text, faults);
    const reply = faults.stripped(faults.instead(done) ?? done());
    if (hang !== undefined) return;
    if (faults.take('lost-reply') !== undefined) return reset(request);
    entry.status = reply.status;
    const slow = faults.take('trickle');
    if (slow === undefined) return send(request, response, reply);
    sendSlowly(response, reply, world.clock, slow.everyMs ?? 1000, slow.bytes ?? 1);
  }

  private answer(request: IncomingMessage, api: ApiRequest | null, text: string, faults: FaultEdge): Reply {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/ping')
      return { status: 200, contentType: 'text/plain', headers: NO_CACHE, body: 'pong\n' };
    if (path === '/healthcheck') return HEALTHCHECK;
    if (api !== null) return answerApi(this.parts, request, api, text, faults);
    const isPage = this.parts.world.settings.ui && !path.includes('.');
    return withCookie(request, isPage ? webPage() : jettyNotFound());
  }
}

const NO_CACHE = [['Cache-Control', 'must-revalidate,no-cache,no-store']] as const;

const HEALTHCHECK: Reply = {
  status: 501,
  contentType: 'application/json',
  plain: true,
  headers: NO_CACHE,
  body: '{}',
};

function withCookie(request: IncomingMessage, reply: Reply): Reply {
  if (/(?:^|;\s*)PL=/.test(request.headers.cookie ?? '')) return reply;
  return { ...reply, headers: [['Set-Cookie', 'PL=rancher;Path=/'], ...(reply.headers ?? [])] };
}

function entryFor(clock: SimulatorClock, request: IncomingMessage, url: string, text: string): RequestEntry {
  const mark = url.indexOf('?');
  return {
    at: clock.now(),
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    key: accessKeyOf(request.headers),
    body: parsed(text),
    status: null,
    faults: [],
  };
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

function wait(clock: SimulatorClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(ms, resolve);
  });
}

function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}
