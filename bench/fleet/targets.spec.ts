import { describe, expect, it } from '@jest/globals';
import type { Pair } from './course.js';
import { judge, type Judgement } from './targets.js';
import { courseOf, pairOf, pushOf } from './testing/figures.js';

function reached(...args: Parameters<typeof judge>): Readonly<Record<string, boolean>> {
  return Object.fromEntries(judge(...args).map(({ name, isReached }) => [name, isReached]));
}

function lasting(matching: number, limitMs: number, ...lastFinishes: readonly (number | null)[]): Pair {
  return pairOf({ matching, limitMs, pushes: lastFinishes.map((lastFinishMs) => pushOf({ lastFinishMs })) });
}

function startedAfter(firstStartMs: number | null): boolean | undefined {
  const pairs = [pairOf({ matching: 20, limitMs: 2000, pushes: [pushOf({ firstStartMs })] })];
  return reached([courseOf({ services: 10_000, pairs })])['10000/20: first start in ms'];
}

function growthTo(ms: number): Judgement | undefined {
  const courses = [courseOf(), courseOf({ services: 50_000, pairs: [lasting(10, 1000, ms)] })];
  return judge(courses).find(({ name }) => name.includes('growth'));
}

/** Milliseconds until the first start, of several pushes. */
function lateBy(...delays: readonly (number | null)[]): Judgement | undefined {
  const pushes = delays.map((maxToStart) => pushOf({ delay: { p99: 1, max: 300, held: 300, maxToStart } }));
  const pairs = [pairOf({ matching: 20, limitMs: 2000, pushes })];
  return judge([courseOf({ services: 10_000, pairs })]).find(({ name }) => name.includes('event loop'));
}

function whilePlanning(candidates: number, ...delays: readonly number[]): readonly Judgement[] {
  const pushes = delays.map((held) => ({
    queued: 0,
    plannedMs: 500,
    delay: { p99: 1, max: 300, held, maxToStart: null },
  }));
  return judge([], { candidates, pushes });
}

describe(judge, () => {
  it('judges nothing that was not run', () => {
    expect(judge([courseOf({ services: 100, pairs: [] })])).toEqual([]);
  });

  it.each([
    [1000, 10, 1000, 1500],
    [10_000, 20, 2000, 2600],
    [10_000, 200, 20_000, 24_000],
  ])('wants %i/%i, whose limit is %i ms, to be done within %i ms', (services, matching, limitMs, most) => {
    const name = `${services}/${matching}: last finish ÷ limit`;
    const after = (ms: number) =>
      reached([courseOf({ services, pairs: [lasting(matching, limitMs, ms)] })])[name];

    expect([after(most), after(most + 1)]).toEqual([true, false]);
  });

  it('judges by the median', () => {
    const pairs = [lasting(10, 1000, 9000, 1400, 1300)];

    expect(reached([courseOf({ pairs })])).toMatchObject({ '1000/10: last finish ÷ limit': true });
  });

  it('takes a push that did not come to its end for missed', () => {
    const [judgement] = judge([courseOf({ pairs: [lasting(10, 1000, 1100, null)] })]);

    expect(judgement).toMatchObject({ value: null, isReached: false });
  });

  it('wants the first start within 30 ms', () => {
    expect([startedAfter(30), startedAfter(31), startedAfter(null)]).toEqual([true, false, false]);
  });

  it('wants the event loop never to be late by more than 20 ms until the first start', () => {
    expect(lateBy(20, 1, 2)).toMatchObject({ value: 20, isReached: true });
    expect(lateBy(1, 21, 2)).toMatchObject({ value: 21, isReached: false });
    expect(lateBy(1, null)).toMatchObject({ value: null, isReached: false });
  });

  it('wants the event loop never to be held for more than 20 ms while 10,000 services are planned', () => {
    expect(whilePlanning(10_000, 20, 1)).toMatchObject([{ value: 20, isReached: true }]);
    expect(whilePlanning(10_000, 1, 21)).toMatchObject([{ value: 21, isReached: false }]);
    expect(whilePlanning(50, 21)).toEqual([]);
  });

  it('does not judge an event loop that cannot be seen from outside', () => {
    const pairs = [pairOf({ matching: 20, limitMs: 2000, pushes: [pushOf({ delay: null })] })];

    expect(Object.keys(reached([courseOf({ services: 10_000, pairs })]))).toEqual([
      '10000/20: first start in ms',
      '10000/20: last finish ÷ limit',
      '10000: MB of memory',
      '10000/20: requests a service',
    ]);
  });

  it('compares a large fleet with a small one', () => {
    expect(growthTo(1320)).toMatchObject({ isReached: true });
    expect(growthTo(1430)).toMatchObject({ value: 1.3, isReached: false });
  });

  it('wants a large fleet to be known soon, and memory to stay small', () => {
    const memory = { ready: 100, end: 240, peak: 250 };

    expect(reached([courseOf({ services: 50_000, readyMs: 10_000, memory, pairs: [] })])).toEqual({
      '50000: ms from the start to ready': true,
      '50000: MB of memory': true,
    });
    expect(
      reached([
        courseOf({ services: 50_000, readyMs: 10_001, memory: { ...memory, end: 251 }, pairs: [] }),
        courseOf({ services: 10_000, memory: { ...memory, ready: 151 }, pairs: [] }),
      ]),
    ).toEqual({
      '50000: ms from the start to ready': false,
      '50000: MB of memory': false,
      '10000: MB of memory': false,
    });
  });

  it('counts every request of a push, lists among them', () => {
    const { requests } = pushOf();
    const pairs = [pairOf({ pushes: [pushOf({ requests: { ...requests, list: 1 } })] })];

    expect(reached([courseOf()])).toMatchObject({ '1000/10: requests a service': true });
    expect(reached([courseOf({ pairs })])).toMatchObject({ '1000/10: requests a service': false });
  });

  it('does not blame a push for what is asked once a minute, but for what is asked each time', () => {
    const { requests } = pushOf();
    const asking = (...environments: readonly number[]) => {
      const pushes = environments.map((count) => pushOf({ requests: { ...requests, environments: count } }));
      return reached([courseOf({ pairs: [pairOf({ pushes })] })])['1000/10: requests a service'];
    };

    expect([asking(0, 1, 1), asking(1, 1, 1)]).toEqual([true, false]);
  });
});
