import { Injectable } from '@nestjs/common';
import { RE2JS } from 're2js';
import { messageOf } from '../../common/errors.js';
import { effectiveTag, type ImageReference } from '../../domain/image-reference.js';
import { judgeSameTag } from './newest.policy.js';
import { compareNumbers, compareVersions, digits, tagName, versionOf } from './tag-order.js';
import {
  ACCEPT,
  PolicyKind,
  problem,
  refuse,
  type PolicyReading,
  type Verdict,
  type VersionRule,
} from './version-policy.js';

/** Instructions of a compiled pattern; a larger one would take many milliseconds for each tag. */
const MAX_PROGRAM_SIZE = 1_000;
/** Of the pattern as written: more takes long to read, and each capture group long to match. */
const MAX_LENGTH = 256;
const MAX_GROUPS = 10;

/**
 * Admits tags that match as a whole. Numbers in capture groups tell which is newer, group by group; a pattern without
 * groups names a moving target, which every match is a new image of.
 */
@Injectable()
export class RegexPolicy extends PolicyKind {
  override readonly name = 'regex';
  override readonly example = String.raw`regex:^release-(\d+)$`;

  override read(argument: string | null): PolicyReading {
    if (!argument) return problem('a regular expression has to follow');
    const shown = JSON.stringify(argument);
    if (argument.length > MAX_LENGTH) return problem(`it takes at most ${MAX_LENGTH} characters`);
    try {
      const pattern = RE2JS.compile(argument);
      if (pattern.groupCount() > MAX_GROUPS) return problem(`${shown} has more than ${MAX_GROUPS} groups`);
      if (pattern.programSize() > MAX_PROGRAM_SIZE) return problem(`${shown} repeats too much`);
      const judge = pattern.groupCount() > 0 ? judgeNumbers : judgeMovingTarget;
      return { ok: true, rule: new MatchesRegex(pattern, judge) };
    } catch (error) {
      const why = messageOf(error).replace(/^.*parsing regexp: /, '');
      return problem(`${shown} is no regular expression of RE2: ${why}`);
    }
  }
}

interface Match {
  readonly reference: ImageReference;
  /** Empty where a group took no part; null: the tag does not match. */
  readonly groups: readonly string[] | null;
}

class MatchesRegex implements VersionRule {
  constructor(
    private readonly pattern: RE2JS,
    private readonly judgeMatches: (running: Match, published: Match) => Verdict,
  ) {}

  judge(running: ImageReference, published: ImageReference): Verdict {
    const [from, to] = [this.match(running), this.match(published)];
    if (to.groups) return this.judgeMatches(from, to);
    return refuse('policy.refused', `${tagName(published)} does not match ${this.pattern.pattern()}`);
  }

  private match(reference: ImageReference): Match {
    const tag = effectiveTag(reference);
    return { reference, groups: tag === null ? null : this.groupsOf(tag) };
  }

  private groupsOf(tag: string): readonly string[] | null {
    const matcher = this.pattern.matcher(tag);
    if (!matcher.matches()) return null;
    return Array.from({ length: this.pattern.groupCount() }, (_, index) => matcher.group(index + 1) ?? '');
  }
}

function judgeNumbers(running: Match, published: Match): Verdict {
  const [from, to] = [tagName(running.reference), tagName(published.reference)];
  if (from === to) return judgeSameTag(running.reference, published.reference, false);
  const [older, newer] = [numbersOf(running.groups), numbersOf(published.groups)];
  if (!older || !newer) {
    return refuse(
      'version.not_comparable',
      `${to} cannot be compared with ${from}: the regular expression does not find numbers in both`,
    );
  }
  if (compareNumbers(newer, older) > 0) return ACCEPT;
  return refuse('version.not_newer', `${to} is not newer than ${from}`);
}

function judgeMovingTarget({ reference: running }: Match, { reference: published }: Match): Verdict {
  if (tagName(running) === tagName(published)) return judgeSameTag(running, published, true);
  const [from, to] = [versionOf(running), versionOf(published)];
  const isOlder = from && to && (compareVersions(to, from) ?? 0) < 0;
  return isOlder ? refuse('version.not_newer', `${to.tag} is not newer than ${from.tag}`) : ACCEPT;
}

function numbersOf(groups: readonly string[] | null): readonly string[] | null {
  const areNumbers = groups?.every((group) => /^\d*$/.test(group)) ?? false;
  return groups && areNumbers ? groups.map((group) => digits(group || '0')) : null;
}
