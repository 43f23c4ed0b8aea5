import type { Story } from '../../shared/service-history.js';

export type OnFailure = 'leave' | 'rollback';

/** An upgrade that was accepted, and what was said of it at the end. */
export interface Accepted {
  readonly id: string;
  /** With its tag. */
  readonly image: string;
  readonly onFailure: OnFailure;
  /** The services that ran its repository and had opted in. */
  readonly services: readonly string[];
  /** Those on which it never becomes sound. */
  readonly fails: readonly string[];
  /** Of the upgrade; null: nobody knows it any more. */
  readonly status: string | null;
}

/** All that is judged from. */
export interface Evidence extends Story {
  /** In the order in which they were accepted. */
  readonly accepted: readonly Accepted[];
}

/** Statuses of an upgrade that still has something to do; nobody is there to confirm one. */
export const NOT_SETTLED: ReadonlySet<string> = new Set(['running', 'awaiting_confirmation']);

export const RULES = {
  twice: 'upgraded twice by us to the same version',
  stranded: 'left half-way by us',
  finished_bad: 'finished by us though it had to be rolled back',
  kept_bad: 'rolled back by us, and yet on the version that fails',
  meddled: 'touched by us where it was not ours',
  forgotten: 'never upgraded, though its upgrade is said to have succeeded',
  unsettled: 'accepted, and has not settled',
  unknown: 'accepted, and nobody knows it any more',
  idle: 'nothing was started, though something was to be',
  untold: 'never told',
  contradicted: 'told what is not so',
  disordered: 'told later than what came after it',
  doubled: 'told once, and again under another id',
  altered: 'told otherwise under the same id',
  forged: 'told what is not signed as it must be',
  unasked: 'told of an upgrade that nobody knows',
  undelivered: 'not delivered until the end',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  /** null: it is about an upgrade. */
  readonly service: string | null;
  readonly message: string;
}
