import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';

import type { Journal } from '../journal.js';
import { answerApi, type ApiEdge } from './api-edge.js';
import type { Control } from './control.js';
import type { SimulatorClock } from '../clock.js';
import type { EventSockets } from '../events/event-sockets.js';
import type { Traffic } from '../traffic.js';
import { entryFor } from './entry.js';
import { FaultEdge, subjectOf } from './fault-edge.js';
import { Handshakes } from './handshake.js';
import type { Caller } from '../asking/keys.js';
import { jettyNotFound, webPage, type Reply } from './reply.js';
import { readRequest, type ApiRequest } from '../asking/request.js';
import { send, sendSlowly } from './send.js';
import { kindOfRequest } from './request-kind.js';

/** What the server needs: the world, who records, and how strict it is. */
export interface ServerParts extends ApiEdge {
  readonly journal: Journal;
  readonly control: Control;
  readonly sockets: EventSockets;
  readonly traffic: Traffic;
}

/** Takes the event socket that a handshake asks for, in place of an answer. */
type Accept = (reply: Reply, api: ApiRequest, caller: Caller) => void;

/** The HTTP server: faults first, then the API, the web page, or the control route. */
export class ApiServer {
  private readonly server: Server;
  private readonly handshakes: Handshakes;
  /** Connections of handshakes and event sockets; the server below does not know them any more. */
  private readonly upgraded = new Set<Socket>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: ServerParts) {
    this.handshakes = new Handshakes(parts.sockets);
    this.server = createServer((request, response) => void this.handle(request, response));
    this.server.on('upgrade', (request: IncomingMessage, _: unknown, head: Buffer) =>
      this.upgrade(request, head),
    );
    // Cattle accepts request heads of 16 KiB and keeps connections open for long.
    this.server.keepAliveTimeout = 60_000;
  }

  /** Listens, if it does not; answers the port. */
  listen(port: number, host: string): Promise<number> {
    return this.inTurn(async () => {
      if (!this.server.listening) {
        this.server.listen(port, host);
        await once(this.server, 'listening');
      }
      const address = this.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    });
  }

  /** Cuts all connections, and takes no new ones. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
      this.server.closeAllConnections();
      this.parts.sockets.dropAll();
      for (const connection of this.upgraded) connection.destroy();
      await closed;
    });
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.turn.then(task);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private upgrade(request: IncomingMessage, head: Buffer): void {
    const connection = request.socket;
    this.upgraded.add(connection);
    connection.once('close', () => this.upgraded.delete(connection));
    connection.on('error', () => connection.destroy());
    const response = Handshakes.responseTo(request, connection);
    void this.handle(request, response, (reply, api, caller) => {
      response.detachSocket(connection);
      this.handshakes.accept(request, head, reply, api, caller);
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse, accept?: Accept): Promise<void> {
    try {
      const text = accept === undefined ? await readText(request) : '';
      const url = request.url ?? '/';
      if (/^\/simulator(?:[/?]|$)/.test(url)) {
        await this.send(request, response, this.parts.control.answer(request.method ?? 'GET', url, text));
      } else {
        await this.serve(request, response, url, text, accept);
      }
    } catch (error) {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const message = error instanceof Error ? error.message : String(error);
      await this.send(request, response, {
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
    accept: Accept | undefined,
  ): Promise<void> {
    const { world, journal, traffic } = this.parts;
    const api = readRequest(request.method ?? 'GET', url, request.headers);
    const entry = entryFor(world.clock, request, url, text);
    journal.request(entry);
    const done = traffic.begin(request, ...kindOfRequest(api));
    response.once('close', done);
    const subject = subjectOf(world, entry.method, entry.path, entry.key, api);
    const faults = new FaultEdge(world.faults, subject, entry.faults);
    const latency = faults.take('latency');
    if (latency !== undefined) await wait(world.clock, latency.ms);
    if (response.destroyed) return;
    const hang = faults.take('hang');
    if (hang !== undefined && hang.committed !== true) return;
    if (faults.take('reset') !== undefined) return reset(request);
    const answer = (): Reply => this.answer(request, api, text, faults);
    const refused = accept === undefined ? undefined : faults.refusedSocket(answer);
    const reply = faults.stripped(refused ?? faults.instead(answer) ?? answer());
    if (hang !== undefined) return;
    if (faults.take('lost-reply') !== undefined) return reset(request);
    if (api !== null && reply.subscriber !== undefined && refused === undefined && accept !== undefined) {
      entry.status = 101;
      accept(reply, api, reply.subscriber);
      return done();
    }
    entry.status = reply.status;
    const slow = faults.take('trickle');
    if (slow === undefined) return this.send(request, response, reply);
    sendSlowly(response, reply, world.clock, slow.everyMs ?? 1000, slow.bytes ?? 1);
  }

  private send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
    if (reply.after !== undefined) response.once('finish', reply.after);
    return send(request, response, reply, this.parts.world.settings.gzipLevel);
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
