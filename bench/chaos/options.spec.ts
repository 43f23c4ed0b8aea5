import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe(readOptions, () => {
  it('kills fifty times and lets versions fail where nothing is said', () => {
    expect(readOptions(['--seed', 'a'])).toEqual({
      seed: 'a',
      kills: 50,
      services: 200,
      upgrades: 20,
      speed: 1,
      settle: 900,
      onFailure: 'rollback',
      broken: null,
    });
  });

  it('does not wait long for what never settles because it was broken on purpose', () => {
    expect(readOptions(['--break', 'resume'])).toMatchObject({ broken: 'resume', settle: 20 });
    expect(readOptions(['--break', 'notices'])).toMatchObject({ broken: 'notices', settle: 900 });
  });

  it('has nothing to read where only help is asked for', () => {
    expect(readOptions(['--help'])).toBeNull();
  });

  it.each([
    [['--kills', '2.5'], '--kills must be a whole number from 1'],
    [['--services', '2.5'], '--services must be a whole number from 1'],
    [['--upgrades', '2.5'], '--upgrades must be a whole number from 1'],
    [['--speed', '0'], '--speed must be a number above 0'],
    [['--on-failure', 'wait'], '--on-failure must be rollback or leave'],
    [['--break', 'all'], '--break must be resume or notices'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
