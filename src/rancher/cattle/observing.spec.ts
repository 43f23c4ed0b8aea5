import { describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Service, Sighting } from '../../domain/service.js';
import { observing, pauseMs } from './observing.js';
import { goneView } from './service-view.js';

const SERVICE = goneView({ backend: 'cattle', environment: '1a5', id: '1s7' }, { id: '1a5', name: 'E' }, '');
const DOWN = new UpdaterError('rancher.unreachable', 'down');

/** Watches with a look that gives what is in `answers`, the last of them again and again. */
function watching(...answers: readonly (Service | Error)[]) {
  const clock = new HandClock();
  const abort = new AbortController();
  const seen: Sighting[] = [];
  let looks = 0;
  const look = async () => {
    const answer = answers[Math.min(looks, answers.length - 1)] ?? SERVICE;
    looks += 1;
    if (answer instanceof Error) throw answer;
    return Promise.resolve(answer);
  };
  const end = (async () => {
    for await (const sighting of observing(look, clock, abort.signal)) seen.push(sighting);
  })();
  return { clock, abort, seen, end, looks: () => looks };
}

describe(observing, () => {
  it('looks at once, and ends when it is told to', async () => {
    const { abort, seen, end, looks } = watching(SERVICE);
    await idle();

    abort.abort();
    await end;

    expect(seen).toEqual([{ seen: true, service: SERVICE }]);
    expect(looks()).toBe(1);
  });

  it('looks less often the longer it takes', async () => {
    const { clock, abort, end, looks } = watching(SERVICE);
    const counts: number[] = [];

    for (const ms of [59_999, 240_000, 100_000]) {
      const before = looks();
      await clock.advance(ms);
      counts.push(looks() - before);
    }
    abort.abort();
    await end;

    expect(counts).toEqual([29, 48, 10]);
  });

  it('goes on after a failure, with growing pauses, and at its own pace again when it sees', async () => {
    const { clock, abort, seen, end } = watching(DOWN, DOWN, SERVICE);

    await clock.advance(4000);
    await clock.advance(8000);
    await clock.advance(2000);
    abort.abort();
    await end;

    expect(seen.map((sighting) => sighting.seen)).toEqual([false, false, true, true]);
  });

  it('waits as long as Rancher wants, within limits', async () => {
    const busy = new UpdaterError('rancher.unreachable', 'busy', { retryAfterMs: 25_000 });
    const { clock, abort, seen, end } = watching(busy, SERVICE);

    await clock.advance(24_999);
    expect(seen).toHaveLength(1);
    await clock.advance(1);
    abort.abort();
    await end;

    expect(seen).toHaveLength(2);
  });

  it.each([
    [new UpdaterError('rancher.unauthorized', 'no'), 'rancher.unauthorized'],
    [new UpdaterError('rancher.forbidden', 'no'), 'rancher.forbidden'],
    [new UpdaterError('rancher.error', 'no'), 'rancher.error'],
    [new UpdaterError('rancher.not_found', 'no'), 'rancher.error'],
  ])('says why it saw nothing: %p', async (error, code) => {
    const { abort, seen, end } = watching(error);
    await idle();
    abort.abort();
    await end;

    expect(seen).toMatchObject([{ seen: false, reason: { code, message: expect.stringContaining('no') } }]);
  });

  it('ends with a bug at once, and does not look again', async () => {
    const bug = new TypeError('undefined is not a function');
    const { clock, seen, end, looks } = watching(SERVICE, bug);
    const ended = end.catch((thrown: unknown) => thrown);

    await clock.advance(3_600_000);

    expect(await ended).toBe(bug);
    expect(seen).toEqual([{ seen: true, service: SERVICE }]);
    expect(looks()).toBe(2);
  });

  it('yields nothing that it was still looking at when told to end', async () => {
    const abort = new AbortController();
    const look = async () => {
      abort.abort();
      return Promise.resolve(SERVICE);
    };
    const sightings = observing(look, new HandClock(), abort.signal);

    expect(await sightings.next()).toEqual({ done: true, value: undefined });
  });

  it('does not begin when it is told to end before', async () => {
    const sightings = observing(() => Promise.reject(DOWN), new HandClock(), AbortSignal.abort());

    expect(await sightings.next()).toEqual({ done: true, value: undefined });
  });
});

describe(pauseMs, () => {
  it.each([
    [0, 0, 2000],
    [59_999, 0, 2000],
    [60_000, 0, 5000],
    [300_000, 0, 10_000],
    [1e12, 0, 10_000],
    [0, 1, 4000],
    [0, 2, 8000],
    [0, 3, 16_000],
    [0, 4, 30_000],
    [0, 2000, 30_000],
    [300_000, 1, 20_000],
  ])('after %d ms and %d failures is %d ms', (elapsed, failures, pause) => {
    expect(pauseMs(elapsed, failures)).toBe(pause);
  });

  it('is never longer than half a minute', () => {
    expect(pauseMs(0, 1, 3_600_000)).toBe(30_000);
  });
});
