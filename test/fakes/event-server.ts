import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

export interface Attempt {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What becomes of an attempt to connect: the connection, or what is done to it. */
export type Answer = 'accept' | ((connection: Duplex, request: IncomingMessage) => void);

/** A loopback server in the place of Cattle's event sockets: answers attempts as it is told, then as it was told last. */
export class EventServer {
  readonly attempts: Attempt[] = [];
  /** Its end of each connection that was made. */
  readonly peers: WebSocket[] = [];
  /** What clients have sent after the handshake. */
  readonly received: RawData[] = [];
  answers: Answer[] = ['accept'];
  private readonly connections = new Set<Socket>();
  private readonly acceptor = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  private readonly server = createServer();

  /** Listens on a port, a free one if none is named, and answers the address. */
  async start(port = 0): Promise<string> {
    this.server.on('connection', (connection: Socket) => {
      this.connections.add(connection);
      connection.on('close', () => this.connections.delete(connection));
    });
    this.server.on('upgrade', (request, connection, head) => {
      const { url = '', headers } = request;
      this.attempts.push({ url, headers });
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      if (typeof answer === 'function') return answer(hearing(connection), request);
      this.acceptor.handleUpgrade(request, connection, head, (peer) => this.take(peer));
    });
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many connections there are, made or being made. */
  get open(): number {
    return this.connections.size;
  }

  /** Its end of the connection that was made last. */
  get peer(): WebSocket {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('nobody has connected');
    return peer;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    for (const connection of this.connections) connection.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(peer: WebSocket): void {
    peer.on('message', (data) => this.received.push(data));
    peer.on('error', () => undefined);
    this.peers.push(peer);
  }
}

/** A connection that is not read does not learn that the other side has closed it. */
function hearing(connection: Duplex): Duplex {
  connection.on('end', () => connection.end());
  connection.on('error', () => undefined);
  return connection.resume();
}

/** Answers by HTTP, and leaves the connection open as a server does. */
export function refusing(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  const all = { 'content-length': String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return (connection) => void connection.write(`HTTP/1.1 ${status} Any\r\n${lines.join('')}\r\n${body}`);
}

/** What a server adds to a client's key to show that it speaks websocket (RFC 6455, 1.3). */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Makes the connection and then neither says anything nor answers, as one that is frozen. Keeps what it gets. */
export function frozen(got: Buffer[]): Answer {
  return (connection, { headers }) => {
    const key = headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64');
    connection.on('data', (data: Buffer) => got.push(data));
    connection.write(
      `HTTP/1.1 101 Any\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
  };
}

export const PING = '{"id":"p","name":"ping","resourceId":null,"resourceType":null,"data":{}}';
export const LOGOUT = '{"name":"logout"}';

/** The frame that says that a service has changed. */
export function changeOf(id: string, data: object = { resource: { id, type: 'service' } }): string {
  return JSON.stringify({ id: 'c', name: 'resource.change', resourceId: id, resourceType: 'service', data });
}

/** Resolves as soon as it is so, which takes what sockets take. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
