import { beforeEach, describe, expect, it } from '@jest/globals';
import { Calming, type Restless } from './calming.js';
import { SoakTime } from './soak-time.js';

/** An hour passes in four milliseconds. */
const SPEED = 1_000_000;

describe(Calming, () => {
  let did: string[];
  let said: string[];

  beforeEach(() => {
    did = [];
    said = [];
  });

  function calmingOf(more: Partial<Restless> = {}): Calming {
    const restless: Restless = {
      mend: async () => void did.push('mend'),
      isAtRest: async () => did.push('rest') > 0,
      tidyUp: async () => void did.push('tidy up'),
      hasItsSockets: async () => did.push('sockets') > 0,
      ...more,
    };
    return new Calming(restless, new SoakTime(SPEED), new AbortController().signal, (line) =>
      said.push(line),
    );
  }

  it('mends, waits for upgrades, tidies up, and waits for sockets', async () => {
    const calming = calmingOf();

    expect(await calming.calm()).toBe(true);
    expect(did).toEqual(['mend', 'rest', 'tidy up', 'sockets']);
    expect(calming.unrest).toEqual([]);
    expect(said).toEqual([]);
  });

  it.each<[Partial<Restless>, string]>([
    [{ isAtRest: async () => false }, 'upgrades are under way long after all troubles are over'],
    [
      { hasItsSockets: async () => false },
      'not every environment has its socket long after all troubles are over',
    ],
  ])('keeps every time in mind at which something does not come to rest', async (more, what) => {
    const calming = calmingOf(more);

    expect([await calming.calm(), await calming.calm()]).toEqual([false, false]);
    expect(calming.unrest).toEqual([
      { hours: expect.any(Number), what },
      { hours: expect.any(Number), what },
    ]);
    expect(said).toEqual([`no rest: ${what}`, `no rest: ${what}`]);
  });
});
