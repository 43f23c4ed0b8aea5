import type { Cancel, SimulatorClock } from '../clock.js';
import type { Message } from './frames.js';

interface Delayed {
  readonly at: number;
  readonly message: Message;
}

/** The way from the server to one reader: messages may take time on it, and overtake each other. */
export class DelayLine {
  private readonly inOrder: Delayed[] = [];
  private readonly overtaking = new Set<Cancel>();
  private timer: Cancel | null = null;

  constructor(
    private readonly clock: SimulatorClock,
    private readonly deliver: (message: Message) => void,
  ) {}

  /** Delivers after so many milliseconds, behind everything that was sent in order before. */
  send(message: Message, ms: number): void {
    const at = Math.max(this.clock.now() + ms, this.inOrder.at(-1)?.at ?? 0);
    if (at <= this.clock.now()) return this.deliver(message);
    this.inOrder.push({ at, message });
    if (this.timer === null) this.wait();
  }

  /** Delivers after so many milliseconds, whatever was sent before. */
  overtake(message: Message, ms: number): void {
    const cancel = this.clock.schedule(ms, () => {
      this.overtaking.delete(cancel);
      this.deliver(message);
    });
    this.overtaking.add(cancel);
  }

  close(): void {
    this.timer?.();
    this.timer = null;
    this.inOrder.length = 0;
    for (const cancel of this.overtaking) cancel();
    this.overtaking.clear();
  }

  private wait(): void {
    const head = this.inOrder[0];
    if (head === undefined) return;
    this.timer = this.clock.schedule(Math.max(0, head.at - this.clock.now()), () => {
      this.timer = null;
      while (this.inOrder[0] !== undefined && this.inOrder[0].at <= this.clock.now()) {
        const due = this.inOrder.shift();
        if (due !== undefined) this.deliver(due.message);
      }
      this.wait();
    });
  }
}
