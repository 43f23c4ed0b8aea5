import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../src/common/clock.js';

/** Lets RxJS's timed operators run on a clock of a test. */
export function schedulerOver(clock: Pick<Clock, 'now' | 'sleep'>): SchedulerLike {
  class Action<T> extends Subscription implements SchedulerAction<T> {
    constructor(private readonly work: (this: SchedulerAction<T>, state: T) => void) {
      super();
    }

    schedule(state?: T, delay = 0): Subscription {
      const cancel = new AbortController();
      this.add(() => cancel.abort());
      void clock.sleep(delay, cancel.signal).then(() => {
        if (!this.closed) this.work(state as T);
      });
      return this;
    }
  }
  return {
    now: () => clock.now().getTime(),
    schedule: <T>(work: (this: SchedulerAction<T>, state: T) => void, delay?: number, state?: T) =>
      new Action<T>(work).schedule(state, delay),
  };
}
