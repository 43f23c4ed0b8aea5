import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImageReference } from '../../src/domain/image-reference.js';
import { REASON_CODES } from '../../src/domain/reasons.js';
import { POLICIES } from '../../src/upgrade/policies/register.js';
import { compareVersions, versionOf } from '../../src/upgrade/policies/tag-order.js';
import type { PolicyKind, VersionRule } from '../../src/upgrade/policies/version-policy.js';
import { webAt } from '../fakes/images.js';

const KINDS = POLICIES.map((Kind) => new Kind());
const GOES_DOWN: ReadonlySet<string> = new Set(['force']);

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('the policy %s', (name, kind) => {
  it('has a name of its own that can stand before a colon', () => {
    expect(name).toMatch(/^[a-z][a-z-]*$/);
    expect(KINDS.filter((other) => other.name === name)).toEqual([kind]);
  });

  it('reads its own example, alone or with what has to follow', () => {
    expect(kind.example.split(':')[0]).toBe(name);
    expect(ruleOf(kind)).toHaveProperty('judge');
  });

  it('reads any argument to a rule or to a sentence', () => {
    fc.assert(
      fc.property(fc.option(anyText()), (argument) => {
        const reading = kind.read(argument);

        expect(reading.ok ? typeof reading.rule.judge : reading.problem.trim()).not.toBe('');
      }),
    );
  });

  it('has a verdict on any two references, the same each time', () => {
    const rule = ruleOf(kind);

    fc.assert(
      fc.property(anyReference(), anyReference(), fc.boolean(), (running, published, prereleases) => {
        const verdict = rule.judge(running, published, prereleases);

        expect(verdict.upgrade || REASON_CODES.includes(verdict.reason.code)).toBe(true);
        expect(verdict.upgrade || verdict.reason.message.trim() !== '').toBe(true);
        expect(rule.judge(running, published, prereleases)).toEqual(verdict);
        expect(ruleOf(kind).judge(running, published, prereleases)).toEqual(verdict);
      }),
    );
  });

  it('has a verdict on any two references by whatever rule it has read', () => {
    fc.assert(
      fc.property(anyText(), anyReference(), anyReference(), (argument, running, published) => {
        const reading = kind.read(argument);

        const rule = reading.ok ? reading.rule : ruleOf(kind);

        expect(typeof rule.judge(running, published, false).upgrade).toBe('boolean');
      }),
    );
  });

  it('never goes down, except by force', () => {
    const rule = ruleOf(kind);

    fc.assert(
      fc.property(aVersion(), aVersion(), fc.boolean(), (running, published, prereleases) => {
        const verdict = rule.judge(running, published, prereleases);

        expect(verdict.upgrade && isOlder(published, running) && !GOES_DOWN.has(name)).toBe(false);
      }),
    );
  });

  it.each(['1', '1.', '1-', '.', '-', 'rc', 'rc1-', 'a', 'a-', '-alpine', '2024-01-01-', 'release-1'])(
    'has a verdict on the longest tags made of %s',
    (piece) => {
      const running = withTag(piece.repeat(128).slice(0, 128));
      const published = withTag(`${piece.repeat(128).slice(0, 127)}!`);

      expect(typeof ruleOf(kind).judge(running, published, true).upgrade).toBe('boolean');
    },
  );

  it.each([
    '(a+)+',
    '(a*)*',
    'a?',
    '.*',
    '*',
    '?',
    '(',
    '||',
    '^1 ||',
    '>=1 ',
    '1 - 2 ',
    '9',
    '1.',
    '-',
    ' ',
    '\\',
  ])('reads the longest label made of %j', (piece) => {
    const reading = kind.read(piece.repeat(500).slice(0, 500));

    const rule = reading.ok ? reading.rule : ruleOf(kind);

    expect(typeof rule.judge(withTag('a'.repeat(128)), withTag('a'.repeat(127)), true).upgrade).toBe(
      'boolean',
    );
  });
});

function ruleOf(kind: PolicyKind): VersionRule {
  const colon = kind.example.indexOf(':');
  const reading = kind.read(colon < 0 ? null : kind.example.slice(colon + 1));
  if (reading.ok) return reading.rule;
  throw new Error(reading.problem);
}

function withTag(tag: string | null, digest: string | null = null): ImageReference {
  return { ...webAt(''), tag, digest };
}

function isOlder(published: ImageReference, running: ImageReference): boolean {
  const [to, from] = [versionOf(published), versionOf(running)];
  return to !== null && from !== null && (compareVersions(to, from) ?? 0) < 0;
}

function anyText(): fc.Arbitrary<string> {
  const pieces = [
    '^',
    '$',
    '(',
    ')',
    '\\d+',
    '1',
    '.',
    '*',
    '?',
    'x',
    '||',
    '>=',
    '-',
    '[',
    ']',
    '{2}',
    'main',
    ' ',
  ];
  const likely = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => list.join(''));
  return fc.oneof(likely, fc.string({ unit: 'binary', maxLength: 512 }));
}

function anyTag(): fc.Arbitrary<string> {
  const pieces = [
    '1',
    '2',
    '10',
    '20240101',
    '.',
    '-',
    'v',
    'rc1',
    'alpine',
    'latest',
    'main',
    'release-',
    '_',
  ];
  const likely = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => list.join(''));
  return fc.oneof(likely, fc.string({ unit: 'binary', maxLength: 128 }));
}

function anyReference(): fc.Arbitrary<ImageReference> {
  const digest = fc.constantFrom(null, `sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`);
  return fc.tuple(fc.option(anyTag()), digest).map(([tag, pin]) => withTag(tag, pin));
}

function aVersion(): fc.Arbitrary<ImageReference> {
  const numbers = fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }).map((list) => list.join('.'));
  const suffix = fc.constantFrom('', '', '-alpine', '-rc1', '-rc2', '-1', '-2');
  return fc.tuple(numbers, suffix).map((parts) => withTag(parts.join('')));
}
