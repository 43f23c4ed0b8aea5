import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { webAt } from '../../../test/fakes/images.js';
import { judgeNewest, NewestPolicy } from './newest.policy.js';
import { compareVersions, readVersion } from './tag-order.js';

describe(judgeNewest.name, () => {
  it.each([
    ['1.0', '2.0'],
    ['1.9', '1.10'],
    ['9.0', '10.0'],
    ['v1.2', '1.3'],
    ['1.2', 'v1.3'],
    ['v1', 'v2'],
    ['1.0', '1.0.1'],
    ['1.2.3.4', '1.2.3.5'],
    ['2024.01.15', '2024.02.01'],
    ['2024-01-15', '2024-02-01'],
    ['1.0', 'latest'],
    ['1.0', ''],
    ['1.2.3-alpine', 'latest'],
    ['2.0-rc1', 'latest'],
    ['41', 'latest'],
    ['20240101', 'latest'],
    ['latest', 'latest'],
    ['', 'latest'],
    ['latest', ''],
    ['main', 'main'],
    ['sha-1a2b3c4', 'sha-1a2b3c4'],
    ['1.x', '1.x'],
    ['1.2.3-alpine', '1.3.0-alpine'],
    ['1.2.3-alpine3.19', '1.2.4-alpine3.19'],
    ['1.2.3.RELEASE', '1.2.4.RELEASE'],
    ['17-jdk', '21-jdk'],
    ['2.0-rc1', '2.0-rc2'],
    ['2.0-rc9', '2.0-rc10'],
    ['2.0-rc1', '2.0'],
    ['2.0-rc1', '2.1-alpha'],
    ['2.0.0-beta-alpine', '2.0.0-alpine'],
    ['41', '42'],
    ['9', '10'],
    ['20240101', '20240115'],
    ['1.2.3-41', '1.2.3-42'],
    ['1.2.3-41', '1.2.4-1'],
    ['99999999999999999999', '100000000000000000000'],
    ['@d1', '@d2'],
    ['1.0', '1.0@d1'],
    ['1.0@d1', '1.0@d2'],
    ['main@d1', 'main@d2'],
    ['main@d1', 'main'],
    ['main', 'main@d1'],
    ['latest@d1', 'latest'],
    ['1.0@d2', '2.0@d1'],
    ['1.0@d1', '2.0'],
    ['1.0@d1', 'latest@d2'],
    ['2.0-rc1', '2.0-rc1@d1'],
  ])('says yes to %j → %j', (running, published) => {
    expect(judge(running, published)).toBe('yes');
  });

  it.each([
    ['2.0', '1.3', 'version.not_newer'],
    ['2.0', '2.0', 'version.not_newer'],
    ['1.0', '1.0.0', 'version.not_newer'],
    ['1.0', 'v1.0', 'version.not_newer'],
    ['1.10', '1.9', 'version.not_newer'],
    ['2.0', '2.0-rc1', 'version.not_newer'],
    ['2.0-rc2', '2.0-rc1', 'version.not_newer'],
    ['2.0-rc1', '2.0-beta9', 'version.not_newer'],
    ['2.0', '1.0-rc1', 'version.not_newer'],
    ['42', '41', 'version.not_newer'],
    ['20240115', '20240101', 'version.not_newer'],
    ['1.2.3-42', '1.2.3-41', 'version.not_newer'],
    ['1.0-SNAPSHOT', '1.0-SNAPSHOT', 'version.not_newer'],
    ['1.0@d1', '1.0@d1', 'version.not_newer'],
    ['1.0@d1', '1.0', 'version.not_newer'],
    ['2.0@d1', '1.0@d2', 'version.not_newer'],
    ['1.0@d1', '1.0.0@d2', 'version.not_newer'],
    ['latest@d1', 'latest@d1', 'version.not_newer'],
    ['main@d1', 'main@d1', 'version.not_newer'],
    ['@d1', '@d1', 'version.not_newer'],
    ['latest', '1.0', 'version.not_comparable'],
    ['', '1.0', 'version.not_comparable'],
    ['main', 'latest', 'version.not_comparable'],
    ['main', '1.0', 'version.not_comparable'],
    ['latest', 'main', 'version.not_comparable'],
    ['1.2.3', 'main', 'version.not_comparable'],
    ['1.2.3', 'sha-1a2b3c4', 'version.not_comparable'],
    ['1.2.3', '1a2b3c4', 'version.not_comparable'],
    ['1a2b3c4', 'latest', 'version.not_comparable'],
    ['1a2b3c4', '9f8e7d6', 'version.not_comparable'],
    ['release-12', 'release-13', 'version.not_comparable'],
    ['jdk17-1.2', 'jdk17-1.3', 'version.not_comparable'],
    ['1.2.3', '20240101', 'version.not_comparable'],
    ['1.2.3', '2024-01-01', 'version.not_comparable'],
    ['1.2.3', '2024.01.15', 'version.not_comparable'],
    ['20240101', '1.2.3', 'version.not_comparable'],
    ['41', '20240101', 'version.not_comparable'],
    ['1.2.3', '42', 'version.not_comparable'],
    ['1', '1.1', 'version.not_comparable'],
    ['1.2.3', '1.2.3-41', 'version.not_comparable'],
    ['1.2.3-41', '1.2.3', 'version.not_comparable'],
    ['1.0', '@d1', 'version.not_comparable'],
    ['latest', '@d1', 'version.not_comparable'],
    ['latest@d1', '@d1', 'version.not_comparable'],
    ['@d1', 'latest', 'version.not_comparable'],
    ['@d1', '1.0', 'version.not_comparable'],
    ['1.2.3', '1.3.0-alpine', 'version.other_flavour'],
    ['1.2.3-alpine', '1.3.0', 'version.other_flavour'],
    ['1.2.3-alpine', '1.3.0-debian', 'version.other_flavour'],
    ['1.2.3-alpine3.19', '1.2.3-alpine3.20', 'version.other_flavour'],
    ['1.2.3-abc1234', '1.2.4-def5678', 'version.other_flavour'],
    ['1.0', '2.0-rc1-alpine', 'version.other_flavour'],
    ['1.0', '2.0-rc1', 'version.prerelease'],
    ['1.0', '2.0rc1', 'version.prerelease'],
    ['1.0', '2.0-Alpha', 'version.prerelease'],
    ['1.0', '2.0-beta.2', 'version.prerelease'],
    ['1.0', '2.0-PRE', 'version.prerelease'],
    ['1.0', '2.0-preview', 'version.prerelease'],
    ['1.0', '2.0-dev', 'version.prerelease'],
    ['1.0', '2.0-SNAPSHOT', 'version.prerelease'],
    ['1.0', '2.0-milestone1', 'version.prerelease'],
    ['1.0', '2.0-nightly.20240101', 'version.prerelease'],
    ['1.0', '2.0-canary', 'version.prerelease'],
    ['1.0', '2.0-next', 'version.prerelease'],
    ['1.0', '2.0-rc1@d1', 'version.prerelease'],
    ['1.0-alpine', '2.0-alpine-rc1', 'version.prerelease'],
    ['41', '42-rc1', 'version.prerelease'],
  ])('says no to %j → %j: %s', (running, published, code) => {
    expect(judge(running, published)).toBe(code);
  });

  it.each([
    ['1.0', '2.0-rc1', 'yes'],
    ['1.0-alpine', '2.0-beta-alpine', 'yes'],
    ['2.0', '2.0-rc1', 'version.not_newer'],
    ['1.0', '2.0-rc1-alpine', 'version.other_flavour'],
  ])('judges %s → %s as %s where prereleases are taken', (running, published, verdict) => {
    expect(judge(running, published, true)).toBe(verdict);
  });

  it.each([
    ['2.2.0', '2.1.0', '2.1.0 is not newer than 2.2.0'],
    ['2.0', '2.0', '2.0 is running already'],
    ['1.0', '2.0-alpine', '2.0-alpine has the flavour alpine, 1.0 has no flavour'],
    ['main', '1.0', '1.0 (a version) cannot be compared with main (no version)'],
    ['41', '20240101', '20240101 (a date) cannot be compared with 41 (a build number)'],
    [
      '1.0',
      '2.0-rc1',
      '2.0-rc1 is a prerelease and 1.0 is none; the label autoupdate.prerelease=true admits it',
    ],
  ])('says why not %s → %s', (running, published, message) => {
    expect(judgeNewest(webAt(running), webAt(published), false)).toMatchObject({ reason: { message } });
  });

  it('never says yes to an equal or older version, nor to a pair and its reverse', () => {
    fc.assert(
      fc.property(versions(), versions(), fc.boolean(), (running, published, prereleases) => {
        const says = judge(running, published, prereleases);
        const reverse = judge(published, running, prereleases);

        expect(says === 'yes' ? isNewer(published, running) : true).toBe(true);
        expect([says, reverse]).not.toEqual(['yes', 'yes']);
      }),
      { numRuns: 5_000 },
    );
  });

  it('says yes to a greater number in any place, however long', () => {
    const number = fc.bigInt({ min: 0n, max: 10n ** 30n });
    const before = fc.array(number, { maxLength: 4 });

    fc.assert(
      fc.property(before, number, fc.bigInt({ min: 1n, max: 10n ** 30n }), before, (kept, at, more, rest) => {
        const running = `v0.${[...kept, at, ...rest].join('.')}`.slice(0, 128);
        const published = `v0.${[...kept, at + more].join('.')}`;

        fc.pre(running.length < 128 && published.length < 128);
        expect(judge(running, published)).toBe('yes');
      }),
    );
  });
});

describe(NewestPolicy.name, () => {
  it('takes no argument', () => {
    expect(new NewestPolicy().read(null).ok).toBe(true);
    expect(new NewestPolicy().read('')).toEqual({
      ok: false,
      problem: 'nothing may follow the name of this policy',
    });
  });
});

function judge(running: string, published: string, prereleases = false): string {
  const verdict = judgeNewest(webAt(running), webAt(published), prereleases);
  return verdict.upgrade ? 'yes' : verdict.reason.code;
}

function isNewer(published: string, running: string): boolean {
  const [to, from] = [readVersion(published), readVersion(running)];
  return to !== null && from !== null && (compareVersions(to, from) ?? 0) > 0;
}

function versions(): fc.Arbitrary<string> {
  const number = fc.oneof(fc.nat(3), fc.constantFrom(10, 41, 2024, 20240101, 20240115)).map(String);
  const numbers = fc.array(number, { minLength: 1, maxLength: 4 }).map((list) => list.join('.'));
  const suffix = fc.constantFrom('', '', '-alpine', '-rc1', '-rc2', '-beta', '-1', '-41', '.RELEASE');
  return fc
    .tuple(fc.constantFrom('', 'v'), numbers, suffix, suffix)
    .map((parts) => parts.join(''))
    .filter((tag) => readVersion(tag) !== null);
}
