import { describe, expect, it } from '@jest/globals';
import { webAt } from '../../../test/fakes/images.js';
import { GlobPolicy } from './glob.policy.js';

describe(GlobPolicy.name, () => {
  it.each([
    ['1.*-alpine', '1.2-alpine', '1.3-alpine', 'yes'],
    ['1.*-alpine', '1.2-alpine', '2.0-alpine', 'policy.refused'],
    ['1.*-alpine', '1.2-alpine', '1.3-alpine3.20', 'policy.refused'],
    ['1.*-alpine', '1.2', '1.3-alpine', 'version.other_flavour'],
    ['1.*-alpine', '1.3-alpine', '1.2-alpine', 'version.not_newer'],
    ['1.*-alpine', '1.3-alpine', '1.3-alpine@d1', 'yes'],
    ['1.?', '1.2', '1.3', 'yes'],
    ['1.?', '1.2', '1.10', 'policy.refused'],
    ['1.?', '1.2', '1x3', 'policy.refused'],
    ['*', '1.0', 'latest', 'yes'],
    ['**', 'main', 'main', 'yes'],
    ['*', 'main', 'latest', 'version.not_comparable'],
    ['*', '1.0', '2.0-rc1', 'version.prerelease'],
    ['main', 'main', 'main', 'yes'],
    ['main', 'main', 'mainline', 'policy.refused'],
    ['main', 'main', 'the-main', 'policy.refused'],
    ['main', '1.0', 'main', 'version.not_comparable'],
    ['Main', 'main', 'main', 'policy.refused'],
    ['latest', 'latest', '', 'yes'],
    ['*', '@d1', '@d2', 'policy.refused'],
  ])('judges by the glob %s %j → %j as %s', (glob, running, published, expected) => {
    expect(judge(glob, running, published)).toBe(expected);
  });

  it('admits a prerelease that matches where prereleases are taken', () => {
    expect(judge('2.*', '1.0', '2.0-rc1', true)).toBe('yes');
  });

  it.each([
    [null, 'a pattern for tags has to follow'],
    ['', 'a pattern for tags has to follow'],
    ['[0-9]*', '"[0-9]*" has other characters than those of a tag, * for any characters and ? for one'],
    ['1.* 2.*', '"1.* 2.*" has other characters than those of a tag, * for any characters and ? for one'],
  ])('cannot read %j', (argument, problem) => {
    expect(new GlobPolicy().read(argument)).toEqual({ ok: false, problem });
  });

  it('reads the longest pattern there can be', () => {
    expect(new GlobPolicy().read('*a'.repeat(250)).ok).toBe(true);
  });

  it('says which pattern it was', () => {
    expect(verdict('1.*', '1.0', '2.0')).toMatchObject({ reason: { message: '2.0 does not match 1.*' } });
  });
});

function verdict(glob: string, running: string, published: string, prereleases = false) {
  const reading = new GlobPolicy().read(glob);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.rule.judge(webAt(running), webAt(published), prereleases);
}

function judge(...given: Parameters<typeof verdict>): string {
  const answer = verdict(...given);
  return answer.upgrade ? 'yes' : answer.reason.code;
}
