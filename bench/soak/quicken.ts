import { promisify } from 'node:util';

/** What a program reads the time from, and waits by. */
export interface TimeSources {
  Date: DateConstructor;
  setTimeout: (task: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown;
  setInterval: (task: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown;
  readonly performance: { now: () => number };
}

type Timer = TimeSources['setTimeout'];

/**
 * Lets time run so many times as fast from now on. Timers are rounded up to whole milliseconds, for Node waits no others:
 * what is to take less than the speed in milliseconds takes longer than it should. What Node waits for by itself, such as the
 * end of a connection that is kept alive, goes on as before.
 */
export function quicken(sources: TimeSources, speed: number): void {
  const { performance, Date: date } = sources;
  const read = performance.now.bind(performance);
  const [beganMs, beganAt] = [read(), date.now()];
  const passedMs = () => (read() - beganMs) * speed;
  performance.now = () => beganMs + passedMs();
  sources.Date = quickDate(date, () => Math.floor(beganAt + passedMs()));
  sources.setTimeout = quickTimer(sources.setTimeout, speed);
  sources.setInterval = quickTimer(sources.setInterval, speed);
}

function quickDate(date: DateConstructor, now: () => number): DateConstructor {
  return new Proxy(date, {
    construct: (target, args: readonly unknown[], made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made) as Date,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}

function quickTimer(timer: Timer, speed: number): Timer {
  const quick: Timer = (task, ms = 0, ...args) => timer(task, Math.ceil(ms / speed), ...args);
  const promised = (ms?: number, value?: unknown) =>
    new Promise((resolve) => {
      quick(() => resolve(value), ms);
    });
  return Object.assign(quick, { [promisify.custom]: promised });
}
