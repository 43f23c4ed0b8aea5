import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Reply = (response: ServerResponse) => void;

/** A real HTTP server on the loopback that takes what is posted to it and answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  reply: Reply = answering(200, 'ok');
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers } = request;
      this.received.push({ method, headers, body: Buffer.concat(chunks).toString() });
      this.reply(response);
      this.server.emit('received');
    });
  });

  /** Listens on a free port and answers the base of its URLs. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the receiver listens on no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resolves as soon as it has received so many requests. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await once(this.server, 'received');
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export function answering(status: number, body = '', headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Never answers. */
export function hanging(): Reply {
  return () => undefined;
}

/** Begins to answer and never ends. */
export function trickling(): Reply {
  return (response) => {
    response.writeHead(200).write('o');
  };
}

/** Begins an answer with so much of it, then cuts the connection. */
export function cutOff(body: string, length: number): Reply {
  return (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, length), () => response.destroy());
  };
}

/** Cuts the connection instead of an answer. */
export function hangingUp(): Reply {
  return (response) => {
    response.destroy();
  };
}
