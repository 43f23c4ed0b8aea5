import { describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Service, Sighting } from '../../domain/service.js';
import type { ServiceResource } from './api/cattle.wire.js';
import { Following } from './fleet/following.js';
import { observing, pausesAfter } from './observing.js';
import { goneView } from './service-view.js';

const SERVICE = goneView({ backend: 'cattle', environment: '1a5', id: '1s7' }, { id: '1a5', name: 'E' }, '');
const UPGRADING: ServiceResource = {
  id: '1s7',
  type: 'service',
  name: 'web',
  state: 'upgrading',
  stackId: '1st3',
  launchConfig: { imageUuid: 'docker:acme/web:2.0.0', version: 'new' },
};
const DOWN = new UpdaterError('rancher.unreachable', 'down');

function view(heard: ServiceResource): Promise<Service> {
  return Promise.resolve({ ...SERVICE, state: heard.state });
}

/** Watches with a look that gives what is in `answers`, the last of them again and again. */
function watching(...answers: readonly (Service | Error)[]) {
  const clock = new HandClock();
  const abort = new AbortController();
  const seen: Sighting[] = [];
  const events = { areLive: false };
  const following = new Following(() => events.areLive, clock);
  let looks = 0;
  const look = async () => {
    following.asking();
    const answer = answers[Math.min(looks, answers.length - 1)] ?? SERVICE;
    looks += 1;
    if (answer instanceof Error) throw answer;
    following.replied(UPGRADING);
    return Promise.resolve(answer);
  };
  const end = (async () => {
    for await (const sighting of observing({ look, view }, following, abort.signal)) seen.push(sighting);
  })();
  return { clock, abort, seen, end, events, following, looks: () => looks };
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

  it('looks every two seconds without events, and every ten with them', async () => {
    const { clock, abort, end, events, looks } = watching(SERVICE);
    await idle();

    await clock.advance(20_000);
    expect(looks()).toBe(11);
    events.areLive = true;
    await clock.advance(40_000);
    abort.abort();
    await end;

    expect(looks()).toBe(15);
  });

  it('yields what it hears without a look', async () => {
    const { abort, seen, end, events, following, looks } = watching(SERVICE);
    events.areLive = true;
    await idle();

    following.hears({ ...UPGRADING, state: 'upgraded' }, null);
    await idle();
    abort.abort();
    await end;

    expect(seen.map((sighting) => sighting.seen && sighting.service.state)).toEqual(['removed', 'upgraded']);
    expect(looks()).toBe(1);
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
    const sightings = observing({ look, view: look }, deaf(), abort.signal);

    expect(await sightings.next()).toEqual({ done: true, value: undefined });
  });

  it('does not begin when it is told to end before', async () => {
    const eyes = { look: () => Promise.reject(DOWN), view };
    const sightings = observing(eyes, deaf(), AbortSignal.abort());

    expect(await sightings.next()).toEqual({ done: true, value: undefined });
  });
});

describe(pausesAfter, () => {
  it.each([
    [0, 10_000, 2000],
    [1, 20_000, 4000],
    [2, 30_000, 8000],
    [3, 30_000, 16_000],
    [4, 30_000, 30_000],
    [2000, 30_000, 30_000],
  ])('after %d failures are %d ms with events and %d ms without', (failures, liveMs, deafMs) => {
    expect(pausesAfter(failures)).toEqual({ liveMs, deafMs });
  });

  it('are never longer than half a minute', () => {
    expect(pausesAfter(1, 3_600_000)).toEqual({ liveMs: 30_000, deafMs: 30_000 });
  });
});

function deaf(): Following {
  return new Following(() => false, new HandClock());
}
