import { describe, expect, it, jest } from '@jest/globals';
import { webAt } from '../../../test/fakes/images.js';
import { POLICIES } from './register.js';
import { ACCEPT, PolicyKind, refuse, VersionPolicy, withoutArgument } from './version-policy.js';

const policy = new VersionPolicy(POLICIES.map((Kind) => new Kind()));

describe(VersionPolicy.name, () => {
  it.each([
    [{}, '1.0', '2.0', 'yes'],
    [{}, '2.0', '1.0', 'version.not_newer'],
    [{}, '1.0', '2.0-rc1', 'version.prerelease'],
    [{ 'autoupdate.prerelease': 'true' }, '1.0', '2.0-rc1', 'yes'],
    [{ 'autoupdate.prerelease': ' ON ' }, '1.0', '2.0-rc1', 'yes'],
    [{ 'autoupdate.prerelease': 'false' }, '1.0', '2.0-rc1', 'version.prerelease'],
    [{ 'autoupdate.prerelease': 'No' }, '1.0', '2.0', 'yes'],
    [{ 'autoupdate.policy': 'newest' }, '1.0', 'latest', 'yes'],
    [{ 'autoupdate.policy': ' minor ' }, '1.2.3', '1.9.0', 'yes'],
    [{ 'autoupdate.policy': 'minor' }, '1.2.3', '2.0.0', 'policy.refused'],
    [{ 'autoupdate.policy': 'patch' }, '1.2.3', '1.3.0', 'policy.refused'],
    [{ 'autoupdate.policy': 'major' }, '1.2.3', '2.0.0', 'yes'],
    [{ 'autoupdate.policy': 'range:^1.2 || 2.x' }, '1.2.3', '2.0.0', 'yes'],
    [{ 'autoupdate.policy': 'range: ^1.2' }, '1.2.3', '2.0.0', 'policy.refused'],
    [{ 'autoupdate.policy': 'glob:1.*-alpine' }, '1.2-alpine', '1.3-alpine', 'yes'],
    [{ 'autoupdate.policy': 'regex:^release-(\\d+)$' }, 'release-1', 'release-2', 'yes'],
    [{ 'autoupdate.policy': 'regex:(?:a|b):?' }, 'a', 'b', 'yes'],
    [{ 'autoupdate.policy': 'force' }, '2.0', '1.0', 'yes'],
    [{ 'autoupdate.policy': 'force' }, '1.0@d1', '1.0@d1', 'yes'],
    [{ 'autoupdate.policy': 'force' }, '1.0', '@d1', 'yes'],
    [{ 'autoupdate.policy': 'never' }, '1.0', '2.0', 'policy.never'],
    [{ 'autoupdate.policy': 'minor', 'autoupdate.prerelease': '1' }, '1.0', '1.1-rc1', 'yes'],
  ])('judges by the labels %j %s → %s as %s', (labels, running, published, expected) => {
    expect(judge(labels, running, published)).toBe(expected);
  });

  it.each([
    ['', 'the label autoupdate.policy is "": there is no policy ""'],
    ['mnior', 'there is no policy "mnior"'],
    ['Minor', 'there is no policy "Minor"'],
    ['^1.2', 'there is no policy "^1.2"'],
    ['minor:1', 'nothing may follow the name of this policy'],
    ['force:', 'nothing may follow the name of this policy'],
    ['range', 'an npm range has to follow'],
    ['range:x.y', '"x.y" is no npm range'],
    ['glob:[', 'other characters'],
    ['regex:(', 'missing closing )'],
    ['toString', 'there is no policy "toString"'],
  ])('says no to every version where the policy is %j, and why', (label, message) => {
    const verdict = policy.judge({ 'autoupdate.policy': label }, webAt('1.0'), webAt('2.0'));

    expect(verdict).toMatchObject({ upgrade: false, reason: { code: 'policy.invalid' } });
    expect(verdict).toHaveProperty('reason.message', expect.stringContaining(message));
  });

  it('lists what is allowed where a policy cannot be read', () => {
    expect(policy.judge({ 'autoupdate.policy': 'mnior' }, webAt('1.0'), webAt('2.0'))).toHaveProperty(
      'reason.message',
      'the label autoupdate.policy is "mnior": there is no policy "mnior"; policies are, for example, newest, patch, ' +
        'minor, major, range:^1.2 || 2.x, glob:1.*-alpine, regex:^release-(\\d+)$, force, never',
    );
  });

  it('refuses a label that is too long without repeating it', () => {
    expect(
      policy.judge({ 'autoupdate.policy': `regex:${'a'.repeat(600)}` }, webAt('1.0'), webAt('2.0')),
    ).toHaveProperty(
      'reason.message',
      'the label autoupdate.policy has 606 characters; at most 512 are allowed',
    );
  });

  it.each(['newest', 'force', 'never'])('does not guess what a prerelease label means beside %s', (name) => {
    const labels = { 'autoupdate.policy': name, 'autoupdate.prerelease': 'maybe' };

    expect(policy.judge(labels, webAt('1.0'), webAt('2.0'))).toEqual(
      refuse(
        'policy.invalid',
        'the label autoupdate.prerelease is "maybe"; allowed are true, yes, on, 1 and false, no, off, 0',
      ),
    );
  });

  it('reads a label that many services share once', () => {
    const { counting, read } = countingPolicy();

    for (let service = 0; service < 1_000; service++) judgeOnce(counting, 'counted');

    expect(read).toHaveBeenCalledTimes(1);
  });

  it('keeps a bounded number of labels, and reads again the one it kept longest', () => {
    const { counting, read } = countingPolicy();

    for (let label = 0; label <= 100; label++) judgeOnce(counting, `counted:${label}`);
    judgeOnce(counting, 'counted:100');
    judgeOnce(counting, 'counted:0');

    expect(read).toHaveBeenCalledTimes(102);
  });
});

function judge(labels: Readonly<Record<string, string>>, running: string, published: string): string {
  const verdict = policy.judge(labels, webAt(running), webAt(published));
  return verdict.upgrade ? 'yes' : verdict.reason.code;
}

function judgeOnce(counting: VersionPolicy, label: string): void {
  counting.judge({ 'autoupdate.policy': label }, webAt('1.0'), webAt('2.0'));
}

function countingPolicy() {
  const read = jest.fn(() => withoutArgument(null, { judge: () => ACCEPT }));
  class CountedPolicy extends PolicyKind {
    override readonly name = 'counted';
    override readonly example = 'counted';
    override readonly read = read;
  }
  return { counting: new VersionPolicy([new CountedPolicy()]), read };
}
