import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';
import { SocketFailure } from './socket-failure.js';

const LOST = new SocketFailure('connection lost');

function answered(status: number, retryAfterMs: number | null = null): SocketFailure {
  return new SocketFailure('answered', { status, retryAfterMs });
}

function evenly(): Backoff {
  return new Backoff(() => 0.5);
}

function pauses(backoff: Backoff, failures: readonly SocketFailure[]): readonly number[] {
  return failures.map((failure) => backoff.after(failure).pauseMs);
}

function times(count: number, failure: SocketFailure): readonly SocketFailure[] {
  return Array.from({ length: count }, () => failure);
}

describe(Backoff, () => {
  it('doubles the pause from 1 s to 30 s', () => {
    expect(pauses(evenly(), times(8, LOST))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('never waits for ever, however long nothing works', () => {
    expect(pauses(evenly(), times(2000, LOST)).at(-1)).toBe(30_000);
  });

  it.each([
    [0, [750, 1500, 3000]],
    [0.25, [875, 1750, 3500]],
    [1, [1250, 2500, 5000]],
  ])('makes pauses a quarter shorter to a quarter longer: random %d', (random, expected) => {
    expect(pauses(new Backoff(() => random), times(3, LOST))).toEqual(expected);
  });

  it('begins anew when a connection has been of use', () => {
    const backoff = evenly();
    pauses(backoff, times(4, LOST));

    backoff.reset();

    expect(pauses(backoff, times(2, LOST))).toEqual([1000, 2000]);
  });

  it('asks every minute whether the key is let in by now', () => {
    const failures = [answered(401), answered(403), answered(404), answered(401, 5000)];

    expect(failures.map((failure) => evenly().after(failure))).toEqual(
      failures.map(() => ({ pauseMs: 60_000, isHopeless: false })),
    );
    expect(pauses(evenly(), times(7, answered(401)))).toEqual(times(7, LOST).map(() => 60_000));
  });

  it.each([
    [401, [false, false, false, false, false, false]],
    [403, [false, false, false, false, true, true]],
    [404, [false, false, false, false, true, true]],
  ])('takes five answers in a row that it is not to be had for no websocket: %d', (status, hopeless) => {
    const backoff = evenly();

    const retries = times(6, answered(status)).map((failure) => backoff.after(failure));

    expect(retries.map(({ isHopeless }) => isHopeless)).toEqual(hopeless);
  });

  it.each([200, 302, 400, 426, 501])(
    'tries every 5 minutes whether a websocket is spoken after a %d',
    (status) => {
      const backoff = evenly();

      expect(backoff.after(answered(status))).toEqual({ pauseMs: 300_000, isHopeless: true });
      expect(backoff.after(answered(status))).toEqual({ pauseMs: 300_000, isHopeless: true });
    },
  );

  it.each([429, 503])(
    'waits as long as a %d asks for, up to ten minutes, and no shorter than usual',
    (status) => {
      const asked = [0, 45_000, 3_600_000, 1000].map((ms) => answered(status, ms));

      expect(asked.map((failure) => evenly().after(failure))).toEqual(
        [1000, 45_000, 600_000, 1000].map((pauseMs) => ({ pauseMs, isHopeless: false })),
      );
    },
  );

  it('waits as usual after a 429 that asks for nothing', () => {
    expect(pauses(evenly(), times(3, answered(429)))).toEqual([1000, 2000, 4000]);
  });

  it('takes ten answers in a row that a server is in trouble for no websocket', () => {
    const backoff = evenly();

    const retries = times(11, answered(502)).map((failure) => backoff.after(failure));

    expect(retries.map(({ isHopeless }) => isHopeless).indexOf(true)).toBe(9);
    expect(retries.map(({ pauseMs }) => pauseMs).slice(6)).toEqual([30_000, 30_000, 30_000, 60_000, 60_000]);
  });

  it.each([
    ['another failure', (backoff: Backoff) => void backoff.after(LOST)],
    ['a busy server', (backoff: Backoff) => void backoff.after(answered(503, 1000))],
    ['a connection of use', (backoff: Backoff) => backoff.reset()],
  ])('counts anew after %s', (_, between) => {
    const backoff = evenly();
    pauses(backoff, times(9, answered(502)));
    between(backoff);

    const hopeless = times(10, answered(502)).map((failure) => backoff.after(failure).isHopeless);

    expect(hopeless.indexOf(true)).toBe(9);
  });
});
