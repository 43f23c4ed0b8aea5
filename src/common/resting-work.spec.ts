import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { RestingWork } from './resting-work.js';

describe(RestingWork, () => {
  let clock: HandClock;
  let runs: number;
  let failure: Error | null;
  let work: RestingWork<number>;

  beforeEach(() => {
    clock = new HandClock();
    runs = 0;
    failure = new Error('no');
    work = resting();
  });

  it('is done once for all who come at once, and again for who comes later', async () => {
    failure = null;

    expect(await Promise.all([work.done(), work.done()])).toEqual([1, 1]);
    expect(await work.done()).toBe(2);
  });

  it('rests after each failure in a row for longer, up to ten seconds, and fails meanwhile as it has failed', async () => {
    const pausesMs: number[] = [];
    for (let passedMs = 0; passedMs <= 45_000; passedMs += 500) {
      const before = runs;
      await expect(work.done()).rejects.toBe(failure);
      if (runs > before) pausesMs.push(passedMs);
      await clock.advance(500);
    }

    expect(pausesMs).toEqual([0, 1000, 3000, 7000, 15_000, 25_000, 35_000, 45_000]);
  });

  it('fails for those who wait for the next as well, without being done again', async () => {
    work = resting(() => false);

    const all = await Promise.allSettled([work.done(), work.done(), work.done()]);

    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('begins with a short rest again after it was done', async () => {
    for (let failed = 0; failed < 3; failed += 1) {
      await work.done().catch(() => undefined);
      await clock.advance(10_000);
    }
    failure = null;
    await work.done();
    failure = new Error('again');
    await work.done().catch(() => undefined);

    expect(work.restsUntilMs - clock.monotonicMs()).toBe(1000);
  });

  it('ends its rest when somebody knows that it can be done', async () => {
    await work.done().catch(() => undefined);
    failure = null;

    work.revive();

    expect(await work.done()).toBe(2);
  });

  function resting(stillServes?: () => boolean): RestingWork<number> {
    return new RestingWork(run, clock, stillServes);
  }

  async function run(): Promise<number> {
    runs += 1;
    if (failure) throw failure;
    return Promise.resolve(runs);
  }
});
