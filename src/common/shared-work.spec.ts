import { describe, expect, it } from '@jest/globals';
import { idle } from '../../test/fakes/hand-clock.js';
import { SharedWork } from './shared-work.js';

describe(SharedWork, () => {
  it('is begun for whoever comes first, and again for who comes when it is over', async () => {
    const { work, runs, end } = workshop();

    const first = work.done();
    await end();
    await first;
    const second = work.done();
    await end();
    await second;

    expect(runs()).toBe(2);
  });

  it('is done once more for all who come while it is under way', async () => {
    const { work, runs, end } = workshop();
    const first = watched(work.done());
    const others = [watched(work.done()), watched(work.done()), watched(work.done())];

    await end();
    const afterFirst = [first.outcome, ...others.map(({ outcome }) => outcome)];
    await end();

    expect(afterFirst).toEqual(['done', null, null, null]);
    expect(others.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(runs()).toBe(2);
  });

  it('gives everybody whom it serves the same, and serves who comes while it is under way unless it is told otherwise', async () => {
    let runs = 0;
    const work = new SharedWork(async () => Promise.resolve({ run: (runs += 1) }));

    const [first, second] = await Promise.all([work.done(), work.done()]);

    expect(second).toBe(first);
    expect([first, await work.done()]).toEqual([{ run: 1 }, { run: 2 }]);
  });

  it('serves who comes while it is under way, where it still can', async () => {
    const { work, runs, end, serving } = workshop();
    serving.still = true;
    const all = [watched(work.done()), watched(work.done())];

    await end();

    expect(all.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(runs()).toBe(1);
  });

  it('fails for those whom it serves, and for nobody who waits for the next', async () => {
    const { work, end } = workshop();
    const first = watched(work.done());
    const other = watched(work.done());

    await end(new Error('no'));
    await end();

    expect([first.outcome, other.outcome]).toEqual(['no', 'done']);
  });

  it('is begun anew after it has failed', async () => {
    const { work, runs, end } = workshop();
    const first = watched(work.done());
    await end(new Error('no'));

    const second = watched(work.done());
    await end();

    expect([first.outcome, second.outcome]).toEqual(['no', 'done']);
    expect(runs()).toBe(2);
  });
});

/** Work that lasts until it is ended, well or with an error. */
function workshop() {
  const serving = { still: false };
  const open: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let runs = 0;
  const work = new SharedWork(
    () => {
      runs += 1;
      return new Promise<void>((resolve, reject) => open.push({ resolve, reject }));
    },
    () => serving.still,
  );
  const end = async (error?: Error) => {
    const current = open.shift();
    if (error) current?.reject(error);
    else current?.resolve();
    await idle();
  };
  return { work, serving, end, runs: () => runs };
}

function watched(done: Promise<void>): { outcome: string | null } {
  const seen: { outcome: string | null } = { outcome: null };
  done.then(
    () => (seen.outcome = 'done'),
    (error: Error) => (seen.outcome = error.message),
  );
  return seen;
}
