import { Injectable } from '@nestjs/common';
import semver from 'semver';
import type { ImageReference } from '../../domain/image-reference.js';
import { judgeNewest } from './newest.policy.js';
import { PRERELEASE_WORDS, versionOf, type Version } from './tag-order.js';
import {
  ACCEPT,
  PolicyKind,
  problem,
  refuse,
  type PolicyReading,
  type Verdict,
  type VersionRule,
} from './version-policy.js';

/** Admits newer versions within an npm range; flavour and build number are not part of what the range sees. */
@Injectable()
export class RangePolicy extends PolicyKind {
  override readonly name = 'range';
  override readonly example = 'range:^1.2 || 2.x';

  override read(argument: string | null): PolicyReading {
    if (!argument) return problem('an npm range has to follow');
    if (argument.split('||').some((part) => part.trim() === '')) {
      return problem('nothing stands on one side of ||, which would admit everything');
    }
    const range = rangeOf(argument);
    return range
      ? { ok: true, rule: new WithinRange(range) }
      : problem(`${JSON.stringify(argument)} is no npm range`);
  }
}

class WithinRange implements VersionRule {
  constructor(private readonly range: semver.Range) {}

  judge(running: ImageReference, published: ImageReference, prereleases: boolean): Verdict {
    const verdict = judgeNewest(running, published, prereleases);
    if (!verdict.upgrade) return verdict;
    const [from, to] = [versionOf(running), versionOf(published)];
    if (!from || !to) return refuse('policy.refused', 'the policy range follows versions only');
    const version = semverOf(to);
    if (!version) {
      return refuse('policy.refused', `${to.tag} is no semantic version, which the policy range needs`);
    }
    if (this.range.test(version)) return ACCEPT;
    return refuse('policy.refused', `${to.tag} is not in the range ${this.range.raw}`);
  }
}

/** Whether a prerelease is admitted at all has been decided before, so the range treats them as any version. */
function rangeOf(text: string): semver.Range | null {
  try {
    return new semver.Range(text, { includePrerelease: true });
  } catch {
    return null;
  }
}

/** Null: it has more than three parts, or larger ones than npm knows. */
function semverOf({ numbers, prerelease }: Version): semver.SemVer | null {
  const [major = '0', minor = '0', patch = '0', ...more] = numbers;
  if (more.length > 0) return null;
  const identifiers = prerelease ? [PRERELEASE_WORDS[prerelease.stage], ...prerelease.numbers] : [];
  const suffix = prerelease ? `-${identifiers.join('.')}` : '';
  return semver.parse(`${major}.${minor}.${patch}${suffix}`);
}
