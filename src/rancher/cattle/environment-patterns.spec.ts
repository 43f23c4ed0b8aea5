import { describe, expect, it } from '@jest/globals';
import { readPatterns } from '../../common/name-patterns.js';
import { standingOf } from './environment-patterns.js';

function patternsOf(value: string) {
  const read = readPatterns(value);
  if (!read.ok) throw new Error(read.problems.join());
  return read.patterns;
}

function doubt(pattern: string, name: string, better: string): string {
  return `the pattern ${pattern} selects ${name}, of whose name it is only a part: write ${better} if that is not meant`;
}

const DOUBT = doubt('prod', 'nonprod', '^prod$');
const DOUBT_OF_TWO = doubt('prod|dev', 'production', '^(?:prod|dev)$');
const DOUBT_OF_HALVES = doubt('^prod|dev$', 'production', '^(?:prod|dev)$');

describe(standingOf, () => {
  const environment = { id: '1a5', name: 'nonprod', state: 'active' };

  it.each([
    ['.*', 'nonprod', true, null],
    ['^nonprod$', 'nonprod', true, null],
    ['nonprod', 'nonprod', true, null],
    ['^non', 'nonprod', true, doubt('^non', 'nonprod', '^non$')],
    ['^non.*', 'nonprod', true, null],
    ['prod$', 'nonprod', true, doubt('prod$', 'nonprod', '^prod$')],
    [String.raw`a\$`, 'a$b', true, doubt(String.raw`a\$`, 'a$b', String.raw`^a\$$`)],
    ['prod|dev', 'production', true, DOUBT_OF_TWO],
    ['prod|dev', 'dev', true, null],
    ['^prod|dev$', 'production', true, DOUBT_OF_HALVES],
    ['^(?:prod|dev)$', 'production', false, null],
    ['prod, nonprod', 'nonprod', true, null],
    ['prod', 'nonprod', true, DOUBT],
    ['stage, prod', 'nonprod', true, DOUBT],
    ['^prod$', 'nonprod', false, null],
    ['Prod', 'nonprod', false, null],
  ])('finds the pattern %s in the name %s: %p', (value, name, isSelected, why) => {
    const standing = standingOf({ ...environment, name }, null, patternsOf(value));

    expect(standing).toMatchObject({ isSelected, doubt: why });
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
