import type { ImageReference } from '../../domain/image-reference.js';
import { reason, type Reason, type ReasonCode } from '../../domain/reasons.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Rollout, RolloutStatus } from '../../domain/upgrade.js';
import type { Judgement } from '../planning/plan.js';
import type { Before } from './rollout-changes.js';

/** What is to be done about a rollout. `adopt`: our start did happen; `settle`: nothing more happens by itself. */
export type Move =
  | { readonly do: 'wait'; readonly because: Reason | null }
  | { readonly do: 'start'; readonly service: Service; readonly to: ImageReference; readonly before: Before }
  | { readonly do: 'finish' }
  | { readonly do: 'adopt'; readonly revision: string }
  | { readonly do: 'settle'; readonly status: RolloutStatus; readonly reason: Reason | null };

/** What is known when a move is chosen. */
export interface Situation {
  readonly rollout: Rollout;
  readonly service: Service;
  readonly inspection: Inspection | null;
  readonly now: Date;
  /** Whether the rollout may start on a service that is like this. */
  judge(service: Service): Judgement;
}

/** Nothing to do now, and nothing in the way. */
export const WAIT: Move = { do: 'wait', because: null };

/** Ends the rollout as failed. */
export function fail(code: ReasonCode, message: string): Move {
  return { do: 'settle', status: 'failed', reason: reason(code, message) };
}

export function rolledBackElsewhere(): Move {
  return fail('rollout.rolled_back_elsewhere', 'somebody else has rolled the service back');
}

/** Whether Rancher is at work on it, so that it counts as one of the services upgraded at once. */
export function isUnderWay(rollout: Rollout): boolean {
  return rollout.status === 'upgrading' || rollout.status === 'finishing';
}
