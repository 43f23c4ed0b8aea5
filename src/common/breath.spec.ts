import { describe, expect, it } from '@jest/globals';
import { breath, inFews, mapInFews } from './breath.js';

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

describe('breath', () => {
  it('lets what waits for its turn come first', async () => {
    let came = false;
    setImmediate(() => (came = true));

    await breath();

    expect(came).toBe(true);
  });

  it('lets those that take it at the same time go on in turns of their own, in order', async () => {
    let turn = 0;
    const count = () => {
      turn += 1;
      if (turn < 10) setImmediate(count);
    };
    const turns = [1, 2, 3].map(() => breath().then(() => turn));
    setImmediate(count);

    const [first = 0, ...others] = await Promise.all(turns);

    expect(others).toEqual([first + 1, first + 2]);
  });
});

describe('inFews', () => {
  it.each([
    [[], []],
    [[1, 2], [[1, 2]]],
    [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      [1, 2, 3, 4, 5],
      [[1, 2], [3, 4], [5]],
    ],
  ])('of %j are %j', (items, fews) => {
    expect(inFews(items, 2)).toEqual(fews);
  });
});

describe('mapInFews', () => {
  it('answers what came of each, in order', async () => {
    expect(await mapInFews(HUNDRED, async (item) => item * 2)).toEqual(HUNDRED.map((item) => item * 2));
    expect(await mapInFews([], String)).toEqual([]);
  });

  it('lets everything else have its turn before every few', async () => {
    let turns = 0;
    const seen: number[] = [];
    const count = () => {
      turns += 1;
      if (seen.length < HUNDRED.length) setImmediate(count);
    };
    setImmediate(count);

    await mapInFews(HUNDRED, (item) => seen.push(turns) && item);

    expect(new Set(seen)).toEqual(new Set([1, 2, 3, 4]));
  });

  it('is done with a few before anything else has its turn', async () => {
    let came = false;
    setImmediate(() => (came = true));

    await mapInFews([1, 2, 3], (item) => item);

    expect(came).toBe(false);
  });

  it('throws what the work threw, and does no more', async () => {
    const done: number[] = [];
    const work = (item: number) => {
      if (item === 30) throw new Error('mistake');
      done.push(item);
    };

    await expect(mapInFews(HUNDRED, work)).rejects.toThrow('mistake');
    expect(done).toHaveLength(30);
  });
});
