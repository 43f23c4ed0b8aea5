import { describe, expect, it } from '@jest/globals';
import { readOptions as ofAccept } from '../accept/options.js';
import { readOptions as ofChaos } from '../chaos/options.js';
import { readOptions as ofFleet } from '../fleet/options.js';
import { readOptions as ofSoak } from '../soak/options.js';

describe('the commands of the bench', () => {
  it.each([
    ['bench', ofFleet],
    ['bench:accept', ofAccept],
    ['chaos', ofChaos],
    ['soak', ofSoak],
  ])('say how they are used where an option is wrong: npm run %s', (name, readOptions) => {
    expect(() => readOptions(['--kils', '1'])).toThrow(
      new RegExp(`^npm run ${name} -- [^]*\n\n.*Unknown option '--kils'`),
    );
  });
});
