import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { afterRefusal, afterTaken, isHopeless, withoutOld, type Parting } from './parting.js';

/** Tells a digest of so many, of which those by these places are refused, alone or with others. */
function telling(count: number, isRefused: (place: number) => boolean) {
  const [taken, givenUp]: [number[], number[]] = [[], []];
  let [place, requests] = [0, 0];
  let parting: Parting | null = null;
  while (place < count) {
    const size: number = parting?.size ?? count;
    const part = Array.from({ length: size }, (_, index) => place + index);
    requests += 1;
    if (!part.some(isRefused)) {
      taken.push(...part);
      place += size;
      parting &&= afterTaken(parting, size);
      continue;
    }
    parting = afterRefusal(parting, size);
    if (isHopeless(parting)) break;
    if (size === 1) givenUp.push(place++);
  }
  return { taken, givenUp, requests, parting };
}

describe('the parts of a refused digest', () => {
  it.each([0, 1, 2500, 4998, 4999])(
    'lead to the one of 5000 that is refused, at place %i, and to it alone',
    (bad) => {
      const { taken, givenUp, requests } = telling(5000, (place) => place === bad);

      expect(givenUp).toEqual([bad]);
      expect(taken).toHaveLength(4999);
      expect(requests).toBeLessThan(40);
    },
  );

  it('end after a few requests where everything is refused', () => {
    const { taken, givenUp, requests } = telling(5000, () => true);

    expect([taken, givenUp]).toEqual([[], [0, 1, 2, 3]]);
    expect(requests).toBe(17);
  });

  it('end after a hundred refusals where every second one is refused', () => {
    const { taken, requests, parting } = telling(5000, (place) => place % 2 === 0);

    expect(parting).toMatchObject({ refusals: 100 });
    expect(taken.length).toBeGreaterThan(5);
    expect(requests).toBeLessThan(120);
  });

  it('go down to single ones and stay there where several are refused only because they are several', () => {
    let parting = afterRefusal(null, 4);
    parting = afterRefusal(parting, parting.size);

    expect(afterTaken(parting, 1)).toEqual({ left: 3, size: 1, refusals: 2, singles: 0 });
  });

  it('go on with all that is left once one was refused by itself and the next was taken', () => {
    const parting = afterRefusal({ left: 9, size: 1, refusals: 5, singles: 0 }, 1);

    expect(parting).toEqual({ left: 8, size: 1, refusals: 6, singles: 1 });
    expect(afterTaken(parting, 1)).toEqual({ left: 7, size: 7, refusals: 6, singles: 0 });
  });

  it('are never more than is left', () => {
    const parting = { left: 5, size: 4, refusals: 1, singles: 0 };

    expect(afterTaken(parting, 4)).toMatchObject({ left: 1, size: 1 });
    expect(withoutOld(parting, 3)).toMatchObject({ left: 2, size: 2 });
    expect([afterTaken(parting, 5), withoutOld(parting, 5)]).toEqual([null, null]);
  });

  it('are told in order, each once, whatever is refused', () => {
    const refusals = fc.array(fc.boolean(), { minLength: 2, maxLength: 200 });

    fc.assert(
      fc.property(refusals, (refused) => {
        const { taken, givenUp, requests } = telling(refused.length, (place) => refused[place] === true);
        expect(taken).toEqual(taken.toSorted((a, b) => a - b));
        expect(new Set([...taken, ...givenUp]).size).toBe(taken.length + givenUp.length);
        expect(taken.filter((place) => refused[place])).toEqual([]);
        expect(givenUp.filter((place) => !refused[place])).toEqual([]);
        expect(requests).toBeLessThanOrEqual(refused.length + 100);
      }),
    );
  });
});
