import type { ImageReference } from '../../domain/image-reference.js';
import { reason, type Reason, type ReasonCode } from '../../domain/reasons.js';
import type { Rollout, RolloutStatus } from '../../domain/rollout.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Judgement } from '../judging/judgement.js';

/** What is to be done about a rollout. */
export type Move =
  /** Nothing yet. */
  | { readonly do: 'wait'; readonly because: Reason | null }
  /** Ask for the upgrade. */
  | { readonly do: 'start'; readonly service: Service; readonly to: ImageReference; readonly before: Before }
  /** A start has left the new version stored, but not started: deploy the old one anew. */
  | { readonly do: 'restore'; readonly service: Service; readonly image: string }
  /** It is confirmed, and its new containers are proven. */
  | { readonly do: 'finish' }
  /** Our start, of which nobody knew, did happen. */
  | { readonly do: 'adopt'; readonly revision: string }
  /** It failed, or somebody wants it undone. */
  | { readonly do: 'rollBack'; readonly because: Reason; readonly service: Service }
  /** It failed, and now it may be finished after all. */
  | { readonly do: 'late' }
  /** What was left over from before has to go first. */
  | {
      readonly do: 'clear';
      readonly by: 'finish' | 'rollback';
      readonly because: Reason;
      readonly service: Service;
    }
  /** It still awaits confirmation. */
  | { readonly do: 'remind' }
  /** A newer version has come. */
  | { readonly do: 'supersede'; readonly by: string; readonly end: End }
  /** Nothing more happens by itself. */
  | ({ readonly do: 'settle' } & End);

/** What the service was when a start was decided. */
export interface Before {
  readonly revision: string;
  readonly image: string;
  readonly last: string | null;
}

/** How a rollout ends; `watched`: it is looked at on, for it may yet come to a good end. */
export interface End {
  readonly status: RolloutStatus;
  readonly reason: Reason | null;
  readonly watched: boolean;
}

/** A rollout as the store has it, and the same with what the last look told. */
export interface Looked {
  readonly stored: Rollout;
  readonly noted: Rollout;
}

/** What is known when a move is chosen. */
export interface Situation {
  readonly rollout: Rollout;
  readonly service: Service;
  readonly inspection: Inspection | null;
  readonly now: Date;
  /** Milliseconds until people are reminded of what awaits confirmation. */
  readonly remindMs: number;
  /** Whether the rollout may start on a service that is like this. */
  judge(service: Service): Judgement;
}

/** Nothing to do now, and nothing in the way. */
export const WAIT: Move = { do: 'wait', because: null };

export function settle(status: RolloutStatus, why: Reason | null): Extract<Move, { do: 'settle' }> {
  return { do: 'settle', status, reason: why, watched: false };
}

/** Ends the rollout as failed. */
export function fail(code: ReasonCode, message: string): Move {
  return settle('failed', reason(code, message));
}

export function overtaken({ image }: Service): Move {
  const message = `somebody else has upgraded the service, which now has ${image ?? 'no image'}`;
  return fail('rollout.overtaken', message);
}

export function rolledBackElsewhere(): Move {
  return fail('rollout.rolled_back_elsewhere', 'somebody else has rolled the service back');
}
