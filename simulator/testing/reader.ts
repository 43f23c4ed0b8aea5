import { once } from 'node:events';
import { WebSocket } from 'ws';

import type { Json } from './json.js';

/** How a socket ended: 1006 is a cut without a close frame. */
export interface Ended {
  readonly code: number;
}

/** A client of the event socket that keeps all it hears. */
export class Reader {
  readonly frames: Json[] = [];
  readonly ended: Promise<Ended>;

  private constructor(
    readonly socket: WebSocket,
    /** Of the answer that switched the protocols. */
    readonly headers: Json,
  ) {
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString('utf8'))));
    this.ended = new Promise((resolve) => {
      socket.once('close', (code) => resolve({ code }));
    });
  }

  /** Opens a socket; throws with the answer's status where it is refused. */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<Reader> {
    const socket = new WebSocket(url, { headers });
    const upgraded = once(socket, 'upgrade');
    upgraded.catch(() => undefined);
    const [[response]] = await Promise.all([upgraded, once(socket, 'open')]);
    const reader = new Reader(socket, response.headers);
    socket.on('error', () => socket.terminate());
    return reader;
  }

  /** Everything heard so far; a round trip makes sure that nothing is still under way. */
  async heard(): Promise<readonly Json[]> {
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
    return this.frames;
  }

  /** Changes heard so far, of one type where one is given. */
  async changes(resourceType?: string): Promise<readonly Json[]> {
    const frames = await this.heard();
    return frames.filter(
      (frame) =>
        frame.name === 'resource.change' &&
        (resourceType === undefined || frame.resourceType === resourceType),
    );
  }

  /** The states of one resource, as heard. */
  async states(resourceId: string): Promise<readonly string[]> {
    const changes = await this.changes();
    return changes.filter((frame) => frame.resourceId === resourceId).map(({ data }) => data.resource.state);
  }

  forget(): void {
    this.frames.length = 0;
  }
}
