import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';
import { type Mutation, mutated } from './mutations.js';

/** A server in Cattle's place: it passes everything on to one that behaves, and changes what that answers and tells. */
export class MutatingRancher {
  url = '';
  mutations: readonly Mutation[] = [];
  /** How many answers and frames were changed. */
  changes = 0;
  private readonly acceptor = new WebSocketServer({ noServer: true });
  private readonly listeners = new Set<WebSocket>();
  private readonly server = createServer((question, answer) => void this.pass(question, answer));

  private constructor(private readonly behind: URL) {}

  static async start(behind: string): Promise<MutatingRancher> {
    const rancher = new MutatingRancher(new URL(behind));
    rancher.server.on('upgrade', (question, socket, head) => {
      rancher.acceptor.handleUpgrade(question, socket, head, (near) => rancher.tell(question, near));
    });
    rancher.server.listen(0, '127.0.0.1');
    await once(rancher.server, 'listening');
    rancher.url = `http://127.0.0.1:${(rancher.server.address() as AddressInfo).port}`;
    return rancher;
  }

  async stop(): Promise<void> {
    for (const listener of this.listeners) listener.terminate();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Says something to all who listen to events. */
  say(frame: string | Buffer): void {
    for (const listener of this.listeners) listener.send(frame);
  }

  /** Ends all event sockets, with words. */
  hangUp(code: number, reason: string): void {
    for (const listener of this.listeners) listener.close(code, reason);
  }

  private async pass(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url = '' } = question;
    // Not packed: it has to be read here.
    const headers = { ...question.headers, 'accept-encoding': 'identity' };
    const { hostname, port } = this.behind;
    const sent = await text(question);
    const passed = request({ hostname, port, path: url, method, headers, agent: false });
    passed.on('error', () => answer.destroy());
    passed.on('response', (answered) => {
      void text(answered).then((body) => this.answer(url, answered, body, answer));
    });
    passed.end(sent);
  }

  private answer(url: string, answered: IncomingMessage, body: string, answer: ServerResponse): void {
    const found = this.mutations.filter((mutation) => url.includes(mutation.of));
    const whole = found.map(({ how }) => how).find((how) => how.is === 'whole');
    const status = whole?.is === 'whole' ? whole.status : (answered.statusCode ?? 502);
    const said = whole?.is === 'whole' ? whole.text : this.changed(body, found);
    if (found.length > 0) this.changes += 1;
    const location = `https://sso.example/${encodeURIComponent(Buffer.from(said.slice(0, 200)).toString())}`;
    const headers = {
      'content-type': 'application/json',
      'x-api-account-kind': 'project',
      ...(status >= 300 && status < 400 && { location }),
    };
    answer.writeHead(status, headers).end(status === 204 ? '' : said);
  }

  private tell(question: IncomingMessage, near: WebSocket): void {
    const { authorization = '' } = question.headers;
    const far = new WebSocket(`ws://${this.behind.host}${question.url}`, { headers: { authorization } });
    this.listeners.add(near);
    near.on('error', () => undefined);
    near.on('close', () => {
      this.listeners.delete(near);
      far.terminate();
    });
    far.on('error', () => near.terminate());
    far.on('close', () => near.terminate());
    far.on('message', (data: Buffer) => {
      const found = this.mutations.filter(({ of }) => of === 'event');
      if (found.length > 0) this.changes += 1;
      near.send(this.changed(data.toString(), found));
    });
  }

  private changed(body: string, mutations: readonly Mutation[]): string {
    if (mutations.length === 0) return body;
    return JSON.stringify(mutations.reduce((json, { at, how }) => mutated(json, at, how), read(body)));
  }
}

function read(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
