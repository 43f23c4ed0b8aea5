/** Ends a scheduled task before it runs; afterwards it does nothing. */
export type Cancel = () => void;

/** The simulated time: milliseconds since 1970, and tasks that run when their time has come. */
export interface SimulatorClock {
  now(): number;
  schedule(delayMs: number, task: () => void): Cancel;
}

/** What Node can wait for: anything longer would be over at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Real time, run faster or slower by a factor above 0: at 0 nothing that was accepted would ever happen. */
export class RealClock implements SimulatorClock {
  private readonly began = performance.now();

  constructor(
    private readonly speed = 1,
    private readonly start = Date.now(),
  ) {
    if (!(speed > 0)) throw new RangeError('the speed must be greater than 0');
  }

  now(): number {
    return Math.round(this.start + (performance.now() - this.began) * this.speed);
  }

  schedule(delayMs: number, task: () => void): Cancel {
    const timer = setTimeout(task, Math.min(delayMs / this.speed, LONGEST_TIMER));
    return () => clearTimeout(timer);
  }
}

interface Task {
  readonly at: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Time that stands still until a test turns it; due tasks run inside the turn, in order. */
export class HandClock implements SimulatorClock {
  private readonly tasks: Task[] = [];

  constructor(private time = Date.UTC(2026, 0, 5, 9, 0, 0)) {}

  now(): number {
    return this.time;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const task: Task = { at: this.time + Math.max(0, delayMs), run, cancelled: false };
    this.tasks.splice(this.placeFor(task.at), 0, task);
    return () => {
      task.cancelled = true;
    };
  }

  /** Lets so many milliseconds pass and runs everything that falls due meanwhile. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.tasks[0]; next !== undefined && next.at <= end; next = this.tasks[0]) {
      this.tasks.shift();
      if (next.cancelled) continue;
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }

  /** Turns in small steps until the condition holds; throws when it still does not after the limit. */
  advanceUntil(done: () => boolean, limitMs: number, stepMs = 50): void {
    for (let passed = 0; !done(); passed += stepMs) {
      if (passed >= limitMs) throw new Error(`The condition did not come true within ${limitMs} ms.`);
      this.advance(stepMs);
    }
  }

  private placeFor(at: number): number {
    let low = 0;
    let high = this.tasks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const task = this.tasks[middle];
      if (task !== undefined && task.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A clock that can drop all that was scheduled through it, so that a closed simulator leaves no timer. */
export class Timers implements SimulatorClock {
  private readonly open = new Set<Cancel>();

  constructor(private readonly clock: SimulatorClock) {}

  now(): number {
    return this.clock.now();
  }

  schedule(delayMs: number, task: () => void): Cancel {
    const cancel = this.clock.schedule(delayMs, () => {
      this.open.delete(cancel);
      task();
    });
    this.open.add(cancel);
    return () => {
      this.open.delete(cancel);
      cancel();
    };
  }

  cancelAll(): void {
    for (const cancel of this.open) cancel();
    this.open.clear();
  }
}
