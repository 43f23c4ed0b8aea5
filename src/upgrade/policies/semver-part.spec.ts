import { describe, expect, it } from '@jest/globals';
import { webAt } from '../../../test/fakes/images.js';
import { upTo } from './semver-part.js';

describe(upTo.name, () => {
  it.each([
    ['1.2.3', '1.2.4', 'yes', 'yes', 'yes'],
    ['1.2', '1.2.1', 'yes', 'yes', 'yes'],
    ['v1.2.3', '1.2.10', 'yes', 'yes', 'yes'],
    ['1.2.3.4', '1.2.4.1', 'yes', 'yes', 'yes'],
    ['1.2.3-41', '1.2.3-42', 'yes', 'yes', 'yes'],
    ['1.2.3', '1.2.3@d1', 'yes', 'yes', 'yes'],
    ['2.0-rc1', '2.0', 'yes', 'yes', 'yes'],
    ['1.2.3', '1.9.0', 'policy.refused', 'yes', 'yes'],
    ['1.2.3-alpine', '1.3.0-alpine', 'policy.refused', 'yes', 'yes'],
    ['1.2.3', '2.0.0', 'policy.refused', 'policy.refused', 'yes'],
    ['41', '42', 'policy.refused', 'policy.refused', 'yes'],
    ['20240101', '20240115', 'policy.refused', 'policy.refused', 'yes'],
    ['1.2.3', 'latest', 'policy.refused', 'policy.refused', 'policy.refused'],
    ['latest', 'latest', 'policy.refused', 'policy.refused', 'policy.refused'],
    ['main', 'main', 'policy.refused', 'policy.refused', 'policy.refused'],
    ['@d1', '@d2', 'policy.refused', 'policy.refused', 'policy.refused'],
    ['1.2.3', '1.2.2', 'version.not_newer', 'version.not_newer', 'version.not_newer'],
    ['1.2.3', '1.2.3', 'version.not_newer', 'version.not_newer', 'version.not_newer'],
    ['1.2.3', '1.2.4-alpine', 'version.other_flavour', 'version.other_flavour', 'version.other_flavour'],
    ['1.2.3', '1.2.4-rc1', 'version.prerelease', 'version.prerelease', 'version.prerelease'],
    ['main', '1.0', 'version.not_comparable', 'version.not_comparable', 'version.not_comparable'],
  ])('judges %s → %s as %s (patch), %s (minor), %s (major)', (running, published, ...verdicts) => {
    const parts = ['patch', 'minor', 'major'] as const;

    expect(parts.map((part) => judge(part, running, published))).toEqual(verdicts);
  });

  it('admits a prerelease only within its part', () => {
    expect(judge('minor', '1.2.3', '1.3.0-rc1', true)).toBe('yes');
    expect(judge('minor', '1.2.3', '2.0.0-rc1', true)).toBe('policy.refused');
  });

  it.each([
    ['1.2.3', '2.0.0', 'the policy minor does not admit 2.0.0 after 1.2.3'],
    ['1.2.3', 'latest', 'the policy minor follows versions only'],
  ])('says why not %s → %s', (running, published, message) => {
    expect(upTo('minor').judge(webAt(running), webAt(published), false)).toMatchObject({
      reason: { message },
    });
  });
});

function judge(part: 'patch' | 'minor' | 'major', running: string, published: string, prereleases = false) {
  const verdict = upTo(part).judge(webAt(running), webAt(published), prereleases);
  return verdict.upgrade ? 'yes' : verdict.reason.code;
}
