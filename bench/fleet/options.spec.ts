import { describe, expect, it } from '@jest/globals';
import { isSensible, readOptions } from './options.js';

describe(readOptions, () => {
  it('takes the whole course where nothing is said', () => {
    expect(readOptions([])).toMatchObject({
      fleets: [100, 1000, 10_000, 50_000],
      matchings: [1, 10, 20, 200],
      parallel: 10,
      eventPeriodMs: 50,
      updater: null,
    });
  });

  it('selects, smallest first and each once', () => {
    expect(readOptions(['--fleet', '5000,100,5000', '--matching', '10'])).toMatchObject({
      fleets: [100, 5000],
      matchings: [10],
    });
  });

  it.each([
    [[], 10_000],
    [['--fleet', '100,10000'], 10_000],
    [['--fleet', '100,1000'], 0],
    [['--quick'], 0],
    [['--quick', '--candidates', '50'], 50],
  ])('with %j has %i services planned by one push', (args, candidates) => {
    expect(readOptions(args)).toMatchObject({ candidates });
  });

  it('lets a quick course be changed', () => {
    expect(readOptions(['--quick', '--fleet', '10000'])).toMatchObject({ fleets: [10_000], pushes: 2 });
  });

  it('leaves out a fleet of which every push would be more than a quarter', () => {
    expect(readOptions(['--fleet', '100,800,1000', '--matching', '200,300'])).toMatchObject({
      fleets: [800, 1000],
      tooSmall: [100],
    });
  });

  it('refuses what leaves nothing to measure', () => {
    expect(() => readOptions(['--fleet', '40,100', '--matching', '90,95'])).toThrow(
      'there is nothing to measure: 90 is more than a quarter of 100',
    );
  });

  it.each([
    ['--fleet', 'many'],
    ['--matching', '0'],
    ['--pushes', '1.5'],
    ['--fleet', '5'],
  ])('refuses %s %s', (name, value) => {
    expect(() => readOptions([name, value])).toThrow(`${name} must be a whole number from`);
  });
});

describe(isSensible, () => {
  it('is a push that leaves most services alone', () => {
    expect([isSensible(100, 20), isSensible(100, 200), isSensible(1000, 200)]).toEqual([true, false, true]);
  });
});
