import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

import type { Cancel, SimulatorClock } from '../clock.js';
import type { Message } from './frames.js';

/** How patient the server is with a slow reader. */
export interface Patience {
  readonly socketQueue: number;
  readonly socketBlockMs: number;
}

/** What waits to be written to one reader, in order; a reader too far behind, or blocked for too long, is dropped. */
export class Outbox {
  private readonly waiting: Message[] = [];
  private frozen = false;
  private fellBehind = false;
  private stuck: Letter | null = null;
  private patient: Cancel | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Socket,
    private readonly clock: SimulatorClock,
    private readonly patience: Patience,
    private readonly drop: () => void,
    private readonly written: (message: Message) => void,
  ) {}

  push(message: Message): void {
    if (this.fellBehind || this.socket.readyState !== this.socket.OPEN) return;
    this.waiting.push(message);
    this.flush();
    if (this.waiting.length <= this.patience.socketQueue) return;
    this.fellBehind = true;
    this.waiting.length = 0;
    // Where nothing gets through, the reader cannot see that it was dropped.
    if (!this.frozen) this.drop();
  }

  /** Holds everything back, as a line that is dead for a while; what waited comes when it thaws. */
  freeze(frozen: boolean): void {
    if (this.frozen === frozen) return;
    this.frozen = frozen;
    if (frozen) return;
    if (this.fellBehind) this.drop();
    else this.flush();
  }

  /** Nothing is written from now on. */
  close(): void {
    this.waiting.length = 0;
    this.patient?.();
  }

  private flush(): void {
    while (!this.frozen && this.stuck === null) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.write(next);
    }
  }

  private write(message: Message): void {
    const letter: Letter = { taken: false };
    this.written(message);
    this.socket.send(message.text, () => {
      letter.taken = true;
      if (this.stuck !== letter) return;
      this.patient?.();
      this.stuck = null;
      this.flush();
    });
    if (this.connection.writableLength > 0) this.wait(letter);
  }

  /** Simulated time may run ahead of the network: the reader gets one real turn before it is given up. */
  private wait(letter: Letter): void {
    this.stuck = letter;
    this.patient = this.clock.schedule(this.patience.socketBlockMs, () => {
      setImmediate(() => {
        if (!letter.taken && this.connection.writableLength > 0) this.drop();
      });
    });
  }
}

/** A message on its way into the reader's connection. */
interface Letter {
  taken: boolean;
}
