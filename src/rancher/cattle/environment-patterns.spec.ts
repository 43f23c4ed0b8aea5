import { describe, expect, it } from '@jest/globals';
import { readPatterns, standingOf } from './environment-patterns.js';

function patternsOf(value: string) {
  const read = readPatterns(value);
  if (!read.ok) throw new Error(read.problem);
  return read.patterns;
}

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
  ])('says what is wrong with %s', (value, problem) => {
    expect(readPatterns(value)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

const DOUBT =
  'the pattern prod selects nonprod, of whose name it is only a part: write ^prod$ if that is not meant';

describe(standingOf, () => {
  const environment = { id: '1a5', name: 'nonprod', state: 'active' };

  it.each([
    ['.*', 'nonprod', true, null],
    ['^nonprod$', 'nonprod', true, null],
    ['nonprod', 'nonprod', true, null],
    ['^non', 'nonprod', true, null],
    ['prod$', 'nonprod', true, null],
    ['prod', 'nonprod', true, DOUBT],
    ['stage, prod', 'nonprod', true, DOUBT],
    ['^prod$', 'nonprod', false, null],
    ['Prod', 'nonprod', false, null],
  ])('finds the pattern %s in the name %s: %p', (value, name, isSelected, doubt) => {
    const standing = standingOf({ ...environment, name }, null, patternsOf(value));

    expect(standing).toMatchObject({ isSelected, doubt });
  });

  it('names the first pattern that selects', () => {
    const standing = standingOf(environment, null, patternsOf('stage,non,prod'));

    expect(standing.why).toBe('by the pattern non');
  });

  it.each([
    ['active', true],
    ['upgrading', true],
    ['inactive', false],
    ['deactivating', false],
    ['removed', false],
  ])('takes an environment that is %s: %p', (state, isSelected) => {
    expect(standingOf({ ...environment, state }, null, patternsOf('.*')).isSelected).toBe(isSelected);
  });

  it('leaves out all but the one that the address speaks of', () => {
    const patterns = patternsOf('.*');

    expect(standingOf(environment, '1a5', patterns).isSelected).toBe(true);
    expect(standingOf(environment, '1a7', patterns)).toMatchObject({
      isSelected: false,
      why: expect.stringContaining('1a7'),
    });
  });
});
