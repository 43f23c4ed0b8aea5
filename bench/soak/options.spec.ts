import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe(readOptions, () => {
  it('takes six hours at sixty times the speed where nothing is said', () => {
    expect(readOptions(['--seed', 'a'])).toEqual({
      hours: 6,
      speed: 60,
      seed: 'a',
      services: 200,
      isDeaf: false,
    });
  });

  it('takes what is said', () => {
    const args = ['--hours', '0.5', '--speed', '1', '--services', '40', '--break', 'events'];

    expect(readOptions(args)).toMatchObject({ hours: 0.5, speed: 1, services: 40, isDeaf: true });
  });

  it('has nothing to read where only help is asked for', () => {
    expect(readOptions(['--help'])).toBeNull();
  });

  it.each([
    [['--hours', '0'], '--hours must be a number above 0'],
    [['--speed', 'fast'], '--speed must be a number above 0'],
    [['--services', '3'], '--services must be a whole number from 20'],
    [['--break', 'all'], '--break must be events'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
