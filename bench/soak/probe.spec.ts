import { describe, expect, it } from '@jest/globals';
import { counted, probeIn, probeLine } from './probe.js';

describe(probeIn, () => {
  it('reads what a probe has written', () => {
    const probe = { rss: 100.5, heap: 40, resources: { Timeout: 3 }, kept: 2 };

    expect(probeIn(probeLine(probe))).toEqual(probe);
  });

  it('reads nothing in a line of the log', () => {
    expect(probeIn('12:03:04 info  the soak probe {} is meant')).toBeNull();
  });
});

describe(counted, () => {
  it('tells how many there are of each, in the order of their names', () => {
    expect(Object.entries(counted(['Timeout', 'PipeWrap', 'Timeout']))).toEqual([
      ['PipeWrap', 1],
      ['Timeout', 2],
    ]);
  });
});
