import { describe, expect, it } from '@jest/globals';
import { webAt } from '../../../test/fakes/images.js';
import { RangePolicy } from './range.policy.js';

describe(RangePolicy.name, () => {
  it.each([
    ['^1.2 || 2.x', '1.2.0', '1.9.0', 'yes'],
    ['^1.2 || 2.x', '1.9.0', '2.0.0', 'yes'],
    ['^1.2 || 2.x', '2.9.0', '3.0.0', 'policy.refused'],
    ['^1.2', '1.0', '1.1', 'policy.refused'],
    ['^1.2', '1.0', 'v1.2', 'yes'],
    ['^1.2', '1.2-alpine', '1.3-alpine', 'yes'],
    ['^1.2', '1.2-alpine', '1.3', 'version.other_flavour'],
    ['^1.2', '1.2.3-41', '1.2.3-42', 'yes'],
    ['^1.2', '1.2.3', '1.2.3@d1', 'yes'],
    ['^1.2', '1.3.0', '1.2.0', 'version.not_newer'],
    ['>=41 <50', '41', '42', 'yes'],
    ['>=41 <50', '41', '50', 'policy.refused'],
    ['1.2.3 - 2', '1.2.3', '2.9', 'yes'],
    ['*', '1.0', 'latest', 'policy.refused'],
    ['*', 'main', 'main', 'policy.refused'],
    ['*', '@d1', '@d2', 'policy.refused'],
    ['*', 'latest', '1.0', 'version.not_comparable'],
    ['*', '1.2.3.4', '1.2.3.5', 'policy.refused'],
    ['*', '1.0', '99999999999999999999.0', 'policy.refused'],
    ['*', '1.0', '2.0-rc1', 'version.prerelease'],
    ['^2', '2.0-rc1', '2.0-rc2', 'yes'],
    ['^2.0.0', '2.0-rc1', '2.0-rc2', 'policy.refused'],
    ['>=2.0.0-rc.0', '2.0-rc1', '2.0-rc2', 'yes'],
    ['>=2.0.0-rc.3', '2.0-rc1', '2.0-rc2', 'policy.refused'],
    ['^2', '2.0-rc1', '2.0', 'yes'],
  ])('judges by the range %s %s → %s as %s', (range, running, published, expected) => {
    expect(judge(range, running, published)).toBe(expected);
  });

  it.each([
    ['^1.2', '1.2', '1.3-rc1', 'yes'],
    ['^1.2', '1.2', '2.0-rc1', 'policy.refused'],
  ])(
    'judges by the range %s %s → %s as %s where prereleases are taken',
    (range, running, published, expected) => {
      expect(judge(range, running, published, true)).toBe(expected);
    },
  );

  it.each([
    [null, 'an npm range has to follow'],
    ['', 'an npm range has to follow'],
    ['latest', '"latest" is no npm range'],
    ['^1.2 | 2.x', '"^1.2 | 2.x" is no npm range'],
    ['^1.2 ||', 'nothing stands on one side of ||, which would admit everything'],
    ['|| ^1.2', 'nothing stands on one side of ||, which would admit everything'],
  ])('cannot read %j', (argument, problem) => {
    expect(new RangePolicy().read(argument)).toEqual({ ok: false, problem });
  });

  it('says which range it was', () => {
    expect(verdict('^1.2', '1.2', '2.0')).toMatchObject({
      reason: { message: '2.0 is not in the range ^1.2' },
    });
  });
});

function verdict(range: string, running: string, published: string, prereleases = false) {
  const reading = new RangePolicy().read(range);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.rule.judge(webAt(running), webAt(published), prereleases);
}

function judge(...given: Parameters<typeof verdict>): string {
  const answer = verdict(...given);
  return answer.upgrade ? 'yes' : answer.reason.code;
}
