import { describe, expect, it } from '@jest/globals';
import { isFoundIn, readPatterns } from './name-patterns.js';

describe(readPatterns, () => {
  it.each([
    ['.*', ['.*']],
    ['prod, ^stage$ ', ['prod', '^stage$']],
    ['["a{1,2}", " b "]', ['a{1,2}', 'b']],
    ['[1]', ['[1]']],
    ['["a", 1]', null],
    ['[ab]', ['[ab]']],
  ])('reads %s', (value, texts) => {
    const read = readPatterns(value);

    expect(read.ok ? read.patterns.map(({ text }) => text) : null).toEqual(texts);
  });

  it.each([
    ['prod,', /empty pattern/],
    [' , prod', /empty pattern/],
    ['[""]', /empty pattern/],
    ['[]', /at least one/],
    ['ok, (oops', /^has the pattern \(oops, which cannot be read: missing closing \)/],
    ['(?=later)', /the pattern \(\?=later\), which cannot be read/],
    [String.raw`(a)\1`, /cannot be read/],
    ['1.'.repeat(2_000), /^has the pattern (1\.){20}…, which is too large/],
    ['(?:a{9}){9}'.repeat(30), /too large/],
  ])('says what is wrong with %s', (value, problem) => {
    expect(readPatterns(value)).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
  });

  it('names every pattern that cannot be read', () => {
    expect(readPatterns('prod,(,,[')).toEqual({
      ok: false,
      problems: [
        expect.stringContaining('empty pattern'),
        expect.stringMatching(/^has the pattern \(, which cannot be read/),
        expect.stringMatching(/^has the pattern \[, which cannot be read/),
      ],
    });
  });
});

describe(isFoundIn, () => {
  it.each([
    ['^production$', 'production', true],
    ['prod', 'nonprod', true],
    ['^prod$, stag', 'staging', true],
    ['^prod$', 'production', false],
    ['^p+$', 'p'.repeat(1_000), true],
    ['^p+$', 'p'.repeat(1_001), false],
  ])('finds one of %s in %s: %p', (value, name, expected) => {
    const read = readPatterns(value);

    expect(read.ok && isFoundIn(name, read.patterns)).toBe(expected);
  });
});
