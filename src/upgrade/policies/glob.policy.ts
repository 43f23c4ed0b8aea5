import { Injectable } from '@nestjs/common';
import type { RE2JS } from 're2js';
import { effectiveTag, type ImageReference } from '../../domain/image-reference.js';
import { judgeNewest } from './newest.policy.js';
import { compileTagPattern, matchTag } from './tag-pattern.js';
import {
  PolicyKind,
  problem,
  refuse,
  type PolicyReading,
  type Verdict,
  type VersionRule,
} from './version-policy.js';

const GLOB = /^[\w.*?-]+$/;

/** Admits what `newest` admits, if the tag matches: `*` stands for any characters, `?` for one. */
@Injectable()
export class GlobPolicy extends PolicyKind {
  override readonly name = 'glob';
  override readonly example = 'glob:1.*-alpine';

  override read(argument: string | null): PolicyReading {
    if (!argument) return problem('a pattern for tags has to follow');
    if (!GLOB.test(argument)) {
      return problem(
        `${JSON.stringify(argument)} has other characters than those of a tag, * for any characters and ? for one`,
      );
    }
    const compiled = compileTagPattern(regexOf(argument));
    return compiled.ok ? { ok: true, rule: new MatchesGlob(argument, compiled.pattern) } : compiled;
  }
}

class MatchesGlob implements VersionRule {
  constructor(
    private readonly glob: string,
    private readonly pattern: RE2JS,
  ) {}

  judge(running: ImageReference, published: ImageReference, prereleases: boolean): Verdict {
    const tag = effectiveTag(published);
    if (tag === null || !matchTag(this.pattern, tag)) {
      return refuse('policy.refused', `${tag ?? 'a digest without a tag'} does not match ${this.glob}`);
    }
    return judgeNewest(running, published, prereleases);
  }
}

function regexOf(glob: string): string {
  return glob.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*').replaceAll('?', '.');
}
