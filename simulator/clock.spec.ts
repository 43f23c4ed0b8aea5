import { describe, expect, it } from '@jest/globals';

import { HandClock, RealClock, Timers } from './clock.js';
import { SeededIds } from './ids.js';

describe(HandClock.name, () => {
  it('runs what falls due, in order of time and then of request', () => {
    const clock = new HandClock(0);
    const ran: string[] = [];
    clock.schedule(20, () => ran.push(`late at ${clock.now()}`));
    clock.schedule(10, () => ran.push(`first at ${clock.now()}`));
    clock.schedule(10, () => {
      ran.push('second');
      clock.schedule(5, () => ran.push(`nested at ${clock.now()}`));
    });
    clock.schedule(31, () => ran.push('too late'));

    clock.advance(30);

    expect(ran).toEqual(['first at 10', 'second', 'nested at 15', 'late at 20']);
    expect(clock.now()).toBe(30);
  });

  it('forgets what was cancelled', () => {
    const clock = new HandClock(0);
    const ran: string[] = [];
    const timers = new Timers(clock);
    timers.schedule(1, () => ran.push('one'))();
    timers.schedule(1, () => ran.push('two'));
    timers.cancelAll();

    clock.advance(10);

    expect(ran).toEqual([]);
  });

  it('says when a condition does not come true', () => {
    expect(() => new HandClock().advanceUntil(() => false, 1000)).toThrow('within 1000 ms');
  });
});

describe(RealClock.name, () => {
  it('runs as many times faster as it is told', async () => {
    const clock = new RealClock(1000, 0);

    await new Promise<void>((resolve) => {
      clock.schedule(5000, resolve);
    });

    expect(clock.now()).toBeGreaterThanOrEqual(4000);
  });

  it('waits as long as it can for what is further away than a timer can wait', async () => {
    const clock = new RealClock(0.001);
    const ran: string[] = [];
    const cancel = clock.schedule(43_200_000, () => ran.push('in twelve hours'));

    await new Promise<void>((resolve) => {
      clock.schedule(0.01, resolve);
    });
    cancel();

    expect(ran).toEqual([]);
  });

  it.each([0, -1, Number.NaN])('does not run at the speed %s', (speed) => {
    expect(() => new RealClock(speed)).toThrow('the speed must be greater than 0');
  });
});

describe(SeededIds.name, () => {
  it('makes uuids and hex digits, the same for the same seed', () => {
    const [one, same, other] = [new SeededIds(1), new SeededIds(1), new SeededIds(2)].map((ids) => [
      ids.uuid(),
      ids.hex(64),
    ]);

    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(one?.[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one?.[1]).toMatch(/^[0-9a-f]{64}$/);
  });
});
