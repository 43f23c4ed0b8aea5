import { describe, expect, it } from '@jest/globals';
import { valuesOf } from './command-line.js';

describe(valuesOf, () => {
  it.each([
    [['--flet', '100'], "Unknown option '--flet'"],
    [['--fleet'], "Option '--fleet <value>' argument missing"],
    [['100'], "Unexpected argument '100'"],
  ])('says what is wrong with %j, and how it is meant', (args, message) => {
    const read = () => valuesOf(args, 'npm run bench -- [options]', { fleet: { type: 'string' } });

    expect(read).toThrow(message);
    expect(read).toThrow(/^npm run bench -- \[options\]\n\n/);
  });
});
