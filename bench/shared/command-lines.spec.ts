import { describe, expect, it } from '@jest/globals';
import { readOptions as ofAccept } from '../accept/options.js';
import { readOptions as ofChaos } from '../chaos/options.js';
import { readOptions as ofFleet } from '../fleet/options.js';
import { readOptions as ofSoak } from '../soak/options.js';
import { valuesOf } from '../../tools/command-line.js';

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

  it.each([
    ['bench', ofFleet],
    ['bench:accept', ofAccept],
    ['chaos', ofChaos],
    ['soak', ofSoak],
  ])('gives the usage of npm run %s', (name, readOptions) => {
    expect(() => readOptions(['--kils', '1'])).toThrow(
      new RegExp(`^npm run ${name} -- [^]*\n\n.*Unknown option '--kils'`),
    );
  });
});
