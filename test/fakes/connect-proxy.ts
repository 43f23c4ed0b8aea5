import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What a proxy was asked for: by CONNECT `host:port`, else a whole address. */
export interface Passed {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** A forward proxy on the loopback. Whatever host it is asked for, it goes to the port on the loopback that a test names. */
export class ConnectProxy {
  readonly passed: Passed[] = [];
  /** Other than 200: it refuses to connect. */
  status = 200;
  /** It takes what is asked and never answers. */
  isHanging = false;
  private readonly sockets = new Set<Duplex>();
  private readonly server = createServer((question, answer) => this.forward(question, answer));

  private constructor(private readonly target: number) {}

  static async start(target: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(target);
    proxy.server.on('connection', (socket: Socket) => proxy.keep(socket));
    proxy.server.on('connect', (question, socket) => proxy.tunnel(question, socket));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections there are, to it and from it. */
  get open(): number {
    return this.sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private tunnel(question: IncomingMessage, near: Duplex): void {
    this.note(question);
    // What is not read does not learn that the other side has closed it.
    if (this.isHanging) return void near.on('end', () => near.end()).resume();
    if (this.status !== 200) {
      return void near.end(`HTTP/1.1 ${this.status} Any\r\ncontent-length: 0\r\n\r\n`);
    }
    const far = this.keep(connect(this.target, '127.0.0.1'));
    far.on('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }

  private forward(question: IncomingMessage, answer: ServerResponse): void {
    this.note(question);
    if (this.isHanging) return;
    if (this.status !== 200) return void answer.writeHead(this.status).end();
    const { method, headers } = question;
    const { pathname, search } = new URL(question.url ?? '');
    const path = `${pathname}${search}`;
    const far = request({ port: this.target, host: '127.0.0.1', path, method, headers, agent: false });
    far.on('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    far.on('error', () => answer.writeHead(502).end());
    question.pipe(far);
  }

  private note({ method = '', url = '', headers }: IncomingMessage): void {
    this.passed.push({ method, target: url, headers });
  }

  private keep<T extends Duplex>(socket: T): T {
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    this.sockets.add(socket);
    return socket;
  }
}
