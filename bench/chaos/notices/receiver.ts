import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Taken, ToldChannel } from '../judging/notice-evidence.js';
import { isSigned } from './signed.js';

/** What a receiver does wrong with what is posted to it, and whether it has taken it all the same. */
export interface ReceiverFault {
  readonly kind: 'refuse' | 'unavailable' | 'busy' | 'hang' | 'slow' | 'cut' | 'half';
  readonly takes?: boolean;
}

export interface ReceiverOptions {
  /** Of the channel. */
  readonly name: string;
  /** Whether it refuses for good what is of every second upgrade that it hears of, so that it is given up. */
  readonly isRefusing: boolean;
}

const HOST = '127.0.0.1';
const PORT_RETRY_MS = 50;

/** How long a slow one takes to answer: time to be killed in. */
const SLOW_MS = 3000;

/** Who is told by one channel: a webhook of the service, on the loopback, that goes on while the service is killed. */
export class Receiver {
  private readonly secret: string;
  private readonly taken: Taken[] = [];
  private readonly upgrades: string[] = [];
  private failed = 0;
  private fault: ReceiverFault | null = null;
  private server: Server | null = null;
  private port = 0;

  constructor(private readonly options: ReceiverOptions) {
    this.secret = `secret-of-the-channel-${options.name}`;
  }

  /** The channel as the service's settings have it; only of one that listens or has listened. */
  get channel(): object {
    const { name } = this.options;
    return { name, kind: 'webhook', url: `http://${HOST}:${this.port}/${name}`, secret: this.secret };
  }

  /** All that it has taken until now, and how often it has gone wrong. */
  get told(): ToldChannel {
    return { name: this.options.name, taken: [...this.taken], failed: this.failed };
  }

  async start(): Promise<void> {
    await this.listen();
  }

  /** Goes wrong from now on. */
  async break(fault: ReceiverFault): Promise<void> {
    this.fault = fault;
    if (fault.kind === 'refuse') await this.stop();
  }

  /** Takes what it gets again; what hangs goes on hanging. */
  async mend(): Promise<void> {
    this.fault = null;
    if (!this.server) await this.listen();
  }

  /** Ends it for good, also what hangs. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  /** On the port that it had before; somebody else's connection may have it for a moment. */
  private async listen(): Promise<void> {
    while (!this.server) {
      const server = createServer((request, response) => {
        // Of what is broken off before it is there as a whole nothing is taken.
        this.answer(request, response).catch(() => response.destroy());
      });
      try {
        server.listen(this.port, HOST);
        await once(server, 'listening');
        this.server = server;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        await sleep(PORT_RETRY_MS);
      }
    }
    const address = this.server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { fault } = this;
    if (this.options.isRefusing && this.isOfSecond(body)) {
      response.writeHead(410).end();
      return;
    }
    if (fault) this.failed += 1;
    if (fault?.takes ?? fault === null) this.take(request, body);
    switch (fault?.kind) {
      case 'unavailable':
        response.writeHead(503).end();
        return;
      case 'busy':
        response.writeHead(429, { 'retry-after': '1' }).end();
        return;
      case 'half':
        response.writeHead(200, { 'content-length': '2' }).write('o', () => response.destroy());
        return;
      case 'cut':
        response.destroy();
        return;
      case 'hang':
        return;
      case 'slow':
        await sleep(SLOW_MS, undefined, { ref: false });
        response.writeHead(200).end('ok');
        return;
      case 'refuse':
      case undefined:
        response.writeHead(200).end('ok');
    }
  }

  private take({ headers }: IncomingMessage, body: string): void {
    const delivery = String(headers['x-updater-delivery']);
    const signature = String(headers['x-updater-signature']);
    this.taken.push({ delivery, isGenuine: isSigned(signature, body, this.secret, Date.now()), body });
  }

  private isOfSecond(body: string): boolean {
    const { upgrade } = JSON.parse(body) as { readonly upgrade: string | null };
    if (upgrade === null) return false;
    if (!this.upgrades.includes(upgrade)) this.upgrades.push(upgrade);
    return this.upgrades.indexOf(upgrade) % 2 === 0;
  }
}
