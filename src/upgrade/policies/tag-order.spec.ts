import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { webAt } from '../../../test/fakes/images.js';
import { compareVersions, describeTag, hasMovingTag, readVersion, tagName } from './tag-order.js';

const RC = 10;

describe(readVersion.name, () => {
  it.each([
    ['1.2.3', 'a version', ['1', '2', '3'], null, [], ''],
    ['v1.2', 'a version', ['1', '2'], null, [], ''],
    ['V01.002', 'a version', ['1', '2'], null, [], ''],
    ['v1', 'a version', ['1'], null, [], ''],
    ['0.0', 'a version', ['0', '0'], null, [], ''],
    ['1.2.3.4.5', 'a version', ['1', '2', '3', '4', '5'], null, [], ''],
    ['41', 'a build number', ['41'], null, [], ''],
    ['00041', 'a build number', ['41'], null, [], ''],
    ['17-jdk', 'a build number', ['17'], null, [], '-jdk'],
    ['20240101', 'a date', ['20240101'], null, [], ''],
    ['v20240101', 'a date', ['20240101'], null, [], ''],
    ['20241301', 'a build number', ['20241301'], null, [], ''],
    ['20240132', 'a build number', ['20240132'], null, [], ''],
    ['18991231', 'a build number', ['18991231'], null, [], ''],
    ['20240101.3', 'a date', ['20240101', '3'], null, [], ''],
    ['2024-01-15', 'a date', ['20240115'], null, [], ''],
    ['2024-01-15-3', 'a date', ['20240115'], null, ['3'], ''],
    ['2024-01-155', 'a build number', ['2024'], null, ['1', '155'], ''],
    ['202401151230', 'a date of 12 digits', ['202401151230'], null, [], ''],
    ['20240115123000', 'a date of 14 digits', ['20240115123000'], null, [], ''],
    ['2024.01.15', 'a calendar version', ['2024', '1', '15'], null, [], ''],
    ['v2024', 'a calendar version', ['2024'], null, [], ''],
    ['22.04', 'a version', ['22', '4'], null, [], ''],
    ['1.2.3-alpine3.19', 'a version', ['1', '2', '3'], null, [], '-alpine3.19'],
    ['1.2.3-slim_bullseye', 'a version', ['1', '2', '3'], null, [], '-slim_bullseye'],
    ['1.2.3.RELEASE', 'a version', ['1', '2', '3'], null, [], '.RELEASE'],
    ['1.1.1k', 'a version', ['1', '1', '1'], null, [], 'k'],
    ['1.2.3-', 'a version', ['1', '2', '3'], null, [], '-'],
    ['1..2', 'a build number', ['1'], null, [], '..2'],
    ['1.2.3-41', 'a version', ['1', '2', '3'], null, ['41'], ''],
    ['1.2.3_007.1', 'a version', ['1', '2', '3'], null, ['7', '1'], ''],
    ['1.2.3-41-alpine', 'a version', ['1', '2', '3'], null, ['41'], '-alpine'],
    ['1.2.3-debian-11-r5', 'a version', ['1', '2', '3'], null, [], '-debian-11-r5'],
    ['1.2.3-5-gabc1234', 'a version', ['1', '2', '3'], null, ['5'], '-gabc1234'],
    ['1.2.3-abc1234', 'a version', ['1', '2', '3'], null, [], '-abc1234'],
    ['2.0-rc1', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], ''],
    ['2.0rc1', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], ''],
    ['2.0-RC.01', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], ''],
    ['2.0-rc', 'a version', ['2', '0'], { stage: RC, numbers: [] }, [], ''],
    ['2.0-rc1-41', 'a version', ['2', '0'], { stage: RC, numbers: ['1', '41'] }, [], ''],
    ['2.0-41-rc1', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, ['41'], ''],
    ['2.0-rc1-alpine', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], '-alpine'],
    ['2.0-alpine3.19-rc.1', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], '-alpine3.19'],
    ['2.0-rc1-beta2', 'a version', ['2', '0'], { stage: RC, numbers: ['1'] }, [], '-beta2'],
    ['2.0-rc1a', 'a version', ['2', '0'], null, [], '-rc1a'],
    ['2.0-arc1', 'a version', ['2', '0'], null, [], '-arc1'],
    ['3rc1', 'a build number', ['3'], { stage: RC, numbers: ['1'] }, [], ''],
  ])('reads %s as %s', (tag, scheme, numbers, prerelease, build, flavour) => {
    expect(readVersion(tag)).toEqual({ tag, scheme, numbers, prerelease, build, flavour });
  });

  it.each([
    'nightly',
    'canary',
    'dev',
    'SNAPSHOT',
    'next',
    'alpha',
    'Beta',
    'milestone',
    'pre',
    'PREVIEW',
    'rc',
  ])('takes %s for a prerelease', (word) => {
    expect(readVersion(`1.0-${word}`)?.prerelease).not.toBeNull();
    expect(readVersion(`1.0.${word}2`)?.prerelease?.numbers).toEqual(['2']);
  });

  it.each([
    'latest',
    'main',
    'stable',
    '',
    'v',
    'vnext',
    'release-12',
    'jdk17-1.2',
    'alpine3.19',
    'sha-1a2b3c4',
    '1a2b3c4',
    '8u292',
    'v1a2b3c4',
    '1.x',
    '1.2.X-alpine',
    '2022-latest',
    '.1',
    '-1',
    '１.２',
  ])('does not take %j for a version', (tag) => {
    expect(readVersion(tag)).toBeNull();
  });

  it('has an answer to any text', () => {
    fc.assert(
      fc.property(fc.oneof(tags(), fc.string({ unit: 'binary' })), (tag) => {
        expect(readVersion(tag)?.tag ?? tag).toBe(tag);
      }),
    );
  });
});

describe(compareVersions.name, () => {
  it.each([
    ['1.9', '1.10'],
    ['9.0', '10.0'],
    ['1.99999999999999999998', '1.99999999999999999999'],
    ['99999999999999999999.0', '100000000000000000000.0'],
    ['1.0', '1.0.0.1'],
    ['2024.12', '2024.13'],
    ['2024-01-31', '20240201'],
    ['20240115.9', '20240115.10'],
    ['1.2.3-9', '1.2.3-10'],
    ['1.2.3-99', '1.2.4-1'],
    ['1.2.3-99', '1.2.4'],
    ['2.0-nightly', '2.0-alpha'],
    ['2.0-alpha9', '2.0-beta1'],
    ['2.0-beta9', '2.0-rc1'],
    ['2.0-rc', '2.0-rc1'],
    ['2.0-rc.9', '2.0-rc10'],
    ['2.0-rc1', '2.0'],
    ['2.0', '2.1-dev'],
    ['v1', 'v1.1'],
  ])('puts %s before %s', (older, newer) => {
    expect(order(older, newer)).toBe('older');
    expect(order(newer, older)).toBe('newer');
  });

  it.each([
    ['1.0', 'v1.0.0'],
    ['1.02', '1.2'],
    ['2.0-rc1', '2.0.0-RC.1'],
    ['1.2.3-41', '1.2.3_041'],
    ['2024-01-15', '20240115'],
  ])('takes %s and %s for the same', (one, other) => {
    expect(order(one, other)).toBe('same');
  });

  it.each([
    ['1.2.3', '20240101'],
    ['1.2.3', '42'],
    ['41', '20240101'],
    ['1.2.3', '2024.01.15'],
    ['20240101', '202401151230'],
    ['1', '1.1'],
    ['1.2.3', '1.2.3-41'],
    ['1.2.3-41', '1.2.3-20240101'],
  ])('cannot compare %s and %s', (one, other) => {
    expect(order(one, other)).toBe('incomparable');
    expect(order(other, one)).toBe('incomparable');
  });

  it('is an order: nothing is older than itself, and what is older than the older is older', () => {
    fc.assert(
      fc.property(tags(), tags(), tags(), (a, b, c) => {
        const opposite = { older: 'newer', newer: 'older' } as Readonly<Record<string, string>>;
        const chained = order(a, b) === 'older' && order(b, c) === 'older';

        expect(['same', 'incomparable']).toContain(order(a, a));
        expect(order(b, a)).toBe(opposite[order(a, b)] ?? order(a, b));
        expect(chained ? order(a, c) : 'older').toBe('older');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe(hasMovingTag.name, () => {
  it.each(['', 'latest', 'main', '1.x', 'sha-1a2b3c4'])('says yes to the tag %j', (tag) => {
    expect(hasMovingTag(webAt(tag))).toBe(true);
  });

  it.each(['1.0', '41', '2024-01-15', '2.0-rc1', 'latest@d1', '@d1'])('says no to %s', (tag) => {
    expect(hasMovingTag(webAt(tag))).toBe(false);
  });
});

describe(tagName.name, () => {
  it.each([
    ['1.0@d1', '1.0'],
    ['', 'latest'],
    ['@d1', 'a digest without a tag'],
  ])('calls %j %s', (version, name) => {
    expect(tagName(webAt(version))).toBe(name);
  });
});

describe(describeTag.name, () => {
  it.each([
    ['1.0', '1.0 (a version)'],
    ['1.0-41', '1.0-41 (a version with a build number)'],
    ['1.0-20240101', '1.0-20240101 (a version with a date)'],
    ['main', 'main (no version)'],
    ['@d1', 'a digest without a tag (no version)'],
  ])('describes %s', (version, description) => {
    expect(describeTag(webAt(version))).toBe(description);
  });
});

function order(a: string, b: string): 'older' | 'same' | 'newer' | 'incomparable' {
  const [one, other] = [readVersion(a), readVersion(b)];
  const sign = one && other ? compareVersions(one, other) : null;
  if (sign === null) return 'incomparable';
  return sign === 0 ? 'same' : sign < 0 ? 'older' : 'newer';
}

function tags(): fc.Arbitrary<string> {
  const number = fc.constantFrom(
    '0',
    '1',
    '2',
    '02',
    '10',
    '2024',
    '20240101',
    '20240115',
    '99999999999999999999',
  );
  const numbers = fc.array(number, { minLength: 1, maxLength: 3 }).map((list) => list.join('.'));
  const suffix = fc.constantFrom(
    '',
    '-1',
    '-2',
    '-rc1',
    '-rc2',
    '-beta',
    '-20240101',
    '-alpine',
    'x',
    '.',
    '-01-15',
  );
  return fc.tuple(fc.constantFrom('', 'v'), numbers, suffix, suffix).map((parts) => parts.join(''));
}
