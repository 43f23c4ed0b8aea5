import { Inject, Injectable } from '@nestjs/common';
import { isOff, isOn, OFF_WORDS, ON_WORDS } from '../../config/switch-words.js';
import type { ImageReference } from '../../domain/image-reference.js';
import { reason, type Reason, type ReasonCode } from '../../domain/reasons.js';

export const POLICY_KINDS = Symbol('POLICY_KINDS');

const POLICY_LABEL = 'autoupdate.policy';
const PRERELEASE_LABEL = 'autoupdate.prerelease';
const DEFAULT_POLICY = 'newest';
const MAX_LABEL_LENGTH = 512;
const MAX_CACHED_RULES = 100;

/** A policy's answer: yes, or no and why. */
export type Verdict = { readonly upgrade: true } | { readonly upgrade: false; readonly reason: Reason };

/** Decides whether a published image follows the running one. */
export interface VersionRule {
  /**
   * Judges two references of one repository; total, never throws, in linear time. `prereleases`: the service takes them
   * even where it runs none.
   */
  judge(running: ImageReference, published: ImageReference, prereleases: boolean): Verdict;
}

/** A rule, or a sentence that says what is wrong with a policy's argument. */
export type PolicyReading =
  { readonly ok: true; readonly rule: VersionRule } | { readonly ok: false; readonly problem: string };

/** A kind of policy that services can choose by label. */
export abstract class PolicyKind {
  /** What stands before the colon in the label; no other kind has it. */
  abstract readonly name: string;

  /** A whole label of this kind that can be read, for people who need an example. */
  abstract readonly example: string;

  /** Reads what stands after `name:` in the label; null: there is no colon. Never throws. */
  abstract read(argument: string | null): PolicyReading;
}

/** Judges published images by the policy that each service has chosen by its labels. */
@Injectable()
export class VersionPolicy {
  private readonly readings = new Map<string, PolicyReading>();

  constructor(@Inject(POLICY_KINDS) private readonly kinds: readonly PolicyKind[]) {}

  /**
   * Judges two references of one repository. Never throws: a label that cannot be read is a no with `policy.invalid`,
   * never another policy.
   */
  judge(
    labels: Readonly<Record<string, string>>,
    running: ImageReference,
    published: ImageReference,
  ): Verdict {
    const policy = this.reading(labelOf(labels, POLICY_LABEL) ?? DEFAULT_POLICY);
    if (!policy.ok) return refuse('policy.invalid', policy.problem);
    const prereleases = takesPrereleases(labelOf(labels, PRERELEASE_LABEL));
    if (!prereleases.ok) return refuse('policy.invalid', prereleases.problem);
    return policy.rule.judge(running, published, prereleases.value);
  }

  /** Thousands of services share a label, and a pattern is expensive to compile. */
  private reading(label: string): PolicyReading {
    const known = this.readings.get(label);
    if (known) return known;
    const [oldest] = this.readings.keys();
    if (oldest !== undefined && this.readings.size >= MAX_CACHED_RULES) this.readings.delete(oldest);
    const reading = this.read(label);
    this.readings.set(label, reading);
    return reading;
  }

  private read(label: string): PolicyReading {
    if (label.length > MAX_LABEL_LENGTH) {
      return problem(
        `the label ${POLICY_LABEL} has ${label.length} characters; at most ${MAX_LABEL_LENGTH} are allowed`,
      );
    }
    const colon = label.indexOf(':');
    const name = (colon < 0 ? label : label.slice(0, colon)).trimEnd();
    const kind = this.kinds.find((one) => one.name === name);
    const reading = kind?.read(colon < 0 ? null : label.slice(colon + 1).trim());
    if (reading?.ok) return reading;
    const why = reading?.problem ?? `there is no policy ${JSON.stringify(name)}`;
    const examples = this.kinds.map((one) => one.example).join(', ');
    return problem(
      `the label ${POLICY_LABEL} is ${JSON.stringify(label)}: ${why}; policies are, for example, ${examples}`,
    );
  }
}

export const ACCEPT: Verdict = { upgrade: true };

export function refuse(code: ReasonCode, message: string): Verdict {
  return { upgrade: false, reason: reason(code, message) };
}

export function problem(sentence: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: sentence };
}

/** The reading of a policy that has nothing to be said about it. */
export function withoutArgument(argument: string | null, rule: VersionRule): PolicyReading {
  return argument === null ? { ok: true, rule } : problem('nothing may follow the name of this policy');
}

function labelOf(labels: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(labels, name) ? String(labels[name]).trim() : null;
}

function takesPrereleases(label: string | null) {
  const value = label?.toLowerCase() ?? 'false';
  if (isOn(value) || isOff(value)) return { ok: true, value: isOn(value) } as const;
  const shown = JSON.stringify(value.slice(0, MAX_LABEL_LENGTH));
  return problem(
    `the label ${PRERELEASE_LABEL} is ${shown}; allowed are ${ON_WORDS.join(', ')} and ${OFF_WORDS.join(', ')}`,
  );
}
