import { describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../test/fakes/hand-clock.js';
import { Wake } from './wake.js';

describe(Wake.name, () => {
  it('lets sleep until the time comes', async () => {
    const { clock, isAwake } = sleeper(1000);

    await clock.advance(999);
    const before = isAwake();
    await clock.advance(1);

    expect([before, isAwake()]).toEqual([false, true]);
  });

  it('wakes at a call', async () => {
    const { wake, clock, isAwake } = sleeper(1000);

    wake.call();
    await idle();

    expect(isAwake()).toBe(true);
    expect(clock.asleep).toBe(0);
  });

  it('wakes when the signal is aborted, or does not fall asleep at all', async () => {
    const { stop, clock, wake, isAwake } = sleeper(1000);

    stop.abort();
    await idle();
    await wake.within(1000, clock, stop.signal);

    expect(isAwake()).toBe(true);
    expect(clock.asleep).toBe(0);
  });

  it('does not lose a call that comes while nobody sleeps', async () => {
    const { wake, clock, signal } = fresh();

    wake.call();
    wake.call();
    await wake.within(1000, clock, signal);
    const second = sleep(wake, clock, signal, 1000);
    await idle();

    expect(second()).toBe(false);
  });

  it('sleeps again after a call that woke it', async () => {
    const { wake, clock, signal } = fresh();

    const first = sleep(wake, clock, signal, 1000);
    wake.call();
    await idle();
    const second = sleep(wake, clock, signal, 1000);
    await clock.advance(999);

    expect([first(), second()]).toEqual([true, false]);
  });
});

function fresh() {
  const stop = new AbortController();
  return { wake: new Wake(), clock: new HandClock(), stop, signal: stop.signal };
}

function sleeper(ms: number) {
  const { wake, clock, stop, signal } = fresh();
  return { wake, clock, stop, isAwake: sleep(wake, clock, signal, ms) };
}

/** Tells whether the sleep has ended. */
function sleep(wake: Wake, clock: HandClock, signal: AbortSignal, ms: number): () => boolean {
  let awake = false;
  void wake.within(ms, clock, signal).then(() => (awake = true));
  return () => awake;
}
