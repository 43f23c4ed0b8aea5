import { Injectable } from '@nestjs/common';
import { RE2JS } from 're2js';
import { effectiveTag, type ImageReference } from '../../domain/image-reference.js';
import { judgeNewest } from './newest.policy.js';
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
    return { ok: true, rule: new MatchesGlob(argument) };
  }
}

class MatchesGlob implements VersionRule {
  private readonly pattern: RE2JS;

  constructor(private readonly glob: string) {
    this.pattern = RE2JS.compile(regexOf(glob));
  }

  judge(running: ImageReference, published: ImageReference, prereleases: boolean): Verdict {
    const tag = effectiveTag(published);
    if (tag === null || !this.pattern.matcher(tag).matches()) {
      return refuse('policy.refused', `${tag ?? 'a digest without a tag'} does not match ${this.glob}`);
    }
    return judgeNewest(running, published, prereleases);
  }
}

function regexOf(glob: string): string {
  return glob.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*').replaceAll('?', '.');
}
