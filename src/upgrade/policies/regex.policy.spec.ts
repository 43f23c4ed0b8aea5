import { describe, expect, it } from '@jest/globals';
import { webAt } from '../../../test/fakes/images.js';
import { RegexPolicy } from './regex.policy.js';

describe(RegexPolicy.name, () => {
  it.each([
    ['^release-(\\d+)$', 'release-9', 'release-10', 'yes'],
    ['release-(\\d+)', 'release-9', 'release-10', 'yes'],
    ['release-(\\d+)', 'release-9', 'my-release-10', 'policy.refused'],
    ['release-(\\d+)', 'release-9', 'release-10-rc1', 'policy.refused'],
    ['release-(\\d+)', 'release-10', 'release-9', 'version.not_newer'],
    ['release-(\\d+)', 'release-10', 'release-010', 'version.not_newer'],
    ['release-(\\d+)', 'release-10', 'release-10', 'version.not_newer'],
    ['release-(\\d+)', 'release-10', 'release-10@d1', 'yes'],
    ['release-(\\d+)', 'release-10@d1', 'release-10@d1', 'version.not_newer'],
    ['release-(\\d+)', 'main', 'release-10', 'version.not_comparable'],
    ['release-(\\d+)', '@d1', 'release-10', 'version.not_comparable'],
    ['release-(\\d+)', 'release-9', '@d1', 'policy.refused'],
    ['release-(\\d+)', 'release-9', `release-${'9'.repeat(100)}`, 'yes'],
    ['v(\\d+)\\.(\\d+)(?:-.*)?', 'v1.9-alpine', 'v1.10-debian', 'yes'],
    ['v(\\d+)\\.(\\d+)(?:-.*)?', 'v2.0', 'v1.10', 'version.not_newer'],
    ['v(\\d+)(?:\\.(\\d+))?', 'v1', 'v1.1', 'yes'],
    ['v(\\d+)(?:\\.(\\d+))?', 'v1.0', 'v1', 'version.not_newer'],
    ['(\\d+)-(alpine|debian)', '1-alpine', '2-alpine', 'version.not_comparable'],
    ['(?:a|b)-(?P<n>\\d+)', 'a-1', 'b-2', 'yes'],
    ['main|latest', 'main', 'main', 'yes'],
    ['main|latest', 'latest', 'main', 'yes'],
    ['main|latest', '1.0', '', 'yes'],
    ['main|latest', '@d1', 'main', 'yes'],
    ['main|latest', 'main@d1', 'main@d1', 'version.not_newer'],
    ['main|latest', 'main@d1', 'main@d2', 'yes'],
    ['main|latest', 'main', 'mainline', 'policy.refused'],
    ['(?i)main', 'main', 'MAIN', 'yes'],
    ['.*-SNAPSHOT', '1.0-SNAPSHOT', '1.0-SNAPSHOT', 'yes'],
    ['1\\..*', '1.2', '1.3-alpine', 'yes'],
    ['1\\..*', '1.3', '1.2', 'version.not_newer'],
    ['1\\..*', '1.3', '1.2-alpine', 'version.not_newer'],
    ['[\\d.]+', '1.2', '41', 'yes'],
    ['[0-9a-f]{7}', '1a2b3c4', '9f8e7d6', 'yes'],
  ])('judges by the regular expression %s %j → %j as %s', (regex, running, published, expected) => {
    expect(judge(regex, running, published)).toBe(expected);
  });

  it.each([
    [null, 'a regular expression has to follow'],
    ['', 'a regular expression has to follow'],
    ['(', '"(" is no regular expression of RE2: missing closing ): `(`'],
    ['(?=a)', '"(?=a)" is no regular expression of RE2: invalid or unsupported Perl syntax: `(?=`'],
    ['(.?){999}', '"(.?){999}" repeats too much'],
    ['a'.repeat(257), 'it takes at most 256 characters'],
    ['(a)'.repeat(11), `"${'(a)'.repeat(11)}" has more than 10 groups`],
  ])('cannot read %j', (argument, problem) => {
    expect(new RegexPolicy().read(argument)).toEqual({ ok: false, problem });
  });

  it.each([
    ['(\\d+)', '41', 'main', 'main does not match (\\d+)'],
    ['(\\d+)', '42', '41', '41 is not newer than 42'],
    ['(\\d+)', '41', '41', '41 is running already'],
    [
      '(\\d+)',
      'main',
      '41',
      '41 cannot be compared with main: the regular expression does not find numbers in both',
    ],
    ['1.*', '1.3', '1.2', '1.2 is not newer than 1.3'],
  ])('says why %s does not admit %s → %s', (regex, running, published, message) => {
    expect(verdict(regex, running, published)).toMatchObject({ reason: { message } });
  });
});

function verdict(regex: string, running: string, published: string) {
  const reading = new RegexPolicy().read(regex);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.rule.judge(webAt(running), webAt(published), false);
}

function judge(...given: Parameters<typeof verdict>): string {
  const answer = verdict(...given);
  return answer.upgrade ? 'yes' : answer.reason.code;
}
