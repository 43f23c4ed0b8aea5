import type { ImageReference } from '../../domain/image-reference.js';
import { judgeNewest } from './newest.policy.js';
import { compareNumbers, versionOf } from './tag-order.js';
import { ACCEPT, refuse, type Verdict, type VersionRule } from './version-policy.js';

const PARTS = ['major', 'minor', 'patch'] as const;

/** Admits newer versions that leave every part above this one as it is. */
export function upTo(part: (typeof PARTS)[number]): VersionRule {
  const kept = PARTS.indexOf(part);
  return {
    judge(running: ImageReference, published: ImageReference, prereleases: boolean): Verdict {
      const verdict = judgeNewest(running, published, prereleases);
      if (!verdict.upgrade) return verdict;
      const [from, to] = [versionOf(running), versionOf(published)];
      if (!from || !to) return refuse('policy.refused', `the policy ${part} follows versions only`);
      if (compareNumbers(from.numbers.slice(0, kept), to.numbers.slice(0, kept)) === 0) return ACCEPT;
      return refuse('policy.refused', `the policy ${part} does not admit ${to.tag} after ${from.tag}`);
    },
  };
}
