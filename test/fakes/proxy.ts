import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy on the loopback that passes on what comes below its prefix, without the prefix, and knows nothing else. */
export class Proxy {
  /** Where it listens, without the prefix. */
  url = '';
  private readonly server = createServer((question, answer) => this.pass(question, answer));

  private constructor(
    private readonly prefix: string,
    private readonly target: string,
  ) {}

  static async start(prefix: string, target: string): Promise<Proxy> {
    const proxy = new Proxy(prefix, target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    proxy.url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(question: IncomingMessage, answer: ServerResponse): void {
    const path = question.url ?? '';
    if (!path.startsWith(`${this.prefix}/`)) return void answer.writeHead(404).end('<h1>Not Found</h1>');
    const { method, headers } = question;
    const passed = request(this.target + path.slice(this.prefix.length), { method, headers, agent: false });
    passed.on('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    passed.on('error', () => answer.writeHead(502).end());
    question.pipe(passed);
  }
}
