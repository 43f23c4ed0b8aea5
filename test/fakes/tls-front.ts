import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type SecureVersion, type TlsOptions } from 'node:tls';
import type { ServerIdentity } from './authority.js';

export interface FrontOptions {
  readonly identity: ServerIdentity;
  /** The newest version of TLS that it speaks. */
  readonly maxVersion?: SecureVersion;
}

/** Speaks TLS on the loopback and passes on what is inside, whatever it is. */
export class TlsFront {
  /** What has come in, after the handshake. */
  readonly heard: Buffer[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** Where it listens. */
    readonly url: string,
  ) {}

  /** @param target the port on the loopback to which everything goes */
  static async start(target: number, { identity, maxVersion }: FrontOptions): Promise<TlsFront> {
    const old = maxVersion && ({ minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' } as const);
    const options: TlsOptions = { ...identity, ...old };
    const server = createServer(options).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const front = new TlsFront(server, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (socket: Socket) => front.keep(socket));
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (inside) => front.pass(inside, target));
    return front;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(inside: Socket, target: number): void {
    const beyond = this.keep(connect(target, '127.0.0.1'));
    inside.on('data', (chunk: Buffer) => this.heard.push(chunk));
    inside.on('error', () => beyond.destroy());
    beyond.on('error', () => inside.destroy());
    inside.on('close', () => beyond.destroy());
    inside.pipe(beyond).pipe(inside);
  }

  private keep(socket: Socket): Socket {
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    this.sockets.add(socket);
    return socket;
  }
}
