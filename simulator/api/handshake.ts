import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';

import type { EventSockets } from '../events/event-sockets.js';
import type { Caller } from '../asking/keys.js';
import type { Reply } from './reply.js';
import type { ApiRequest } from '../asking/request.js';

const MAX_MESSAGE = 65_536;

/** Opens event sockets, for handshakes that have been found good. */
export class Handshakes {
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  });
  private readonly headers = new WeakMap<IncomingMessage, Reply>();

  constructor(private readonly sockets: EventSockets) {
    this.server.on('headers', (lines, request) => {
      const reply = this.headers.get(request);
      const all = [...(reply?.headers ?? []), ...(reply?.caller ?? []), ['Content-Type', 'text/plain']];
      lines.push(...all.map(([name, value]) => `${name}: ${value}`));
    });
  }

  /** An answer by HTTP, for a handshake that is not taken: its connection ends with it. */
  static responseTo(request: IncomingMessage, connection: Socket): ServerResponse {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(connection);
    response.once('finish', () => connection.end());
    return response;
  }

  /** Switches the protocols; a handshake that is no websocket's is answered 400. */
  accept(request: IncomingMessage, head: Buffer, reply: Reply, api: ApiRequest, caller: Caller): void {
    const { environment } = caller;
    if (environment === null) return;
    this.headers.set(request, reply);
    this.server.handleUpgrade(request, request.socket, head, (socket) => {
      const connection = request.socket;
      this.sockets.open({ socket, connection, request: api, caller, environment });
    });
  }
}
