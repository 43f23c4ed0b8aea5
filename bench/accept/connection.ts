import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly milliseconds: number;
}

/** One kept-alive connection with one request at a time: it costs less than Node's own client, on the same processors. */
export class Connection {
  private heard = '';
  private settle: (() => void) | null = null;
  private fail: (error: Error) => void = () => undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setEncoding('latin1').on('data', (chunk) => {
      this.heard += String(chunk);
      if (isWhole(this.heard)) this.settle?.();
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  static async open(address: string): Promise<Connection> {
    const { hostname, port, host } = new URL(address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return new Connection(socket, host);
  }

  async post(path: string, body: string): Promise<Reply> {
    const began = performance.now();
    this.heard = '';
    await new Promise<void>((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
      this.socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${this.host}\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    const milliseconds = performance.now() - began;
    return { status: Number(this.heard.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)), milliseconds };
  }

  close(): void {
    this.fail = () => undefined;
    this.socket.destroy();
  }
}

/** Every answer measured here says how long it is. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head))?.[1];
  return length !== undefined && answer.length - head - 4 >= Number(length);
}
