import type { Origin } from './caller.js';
import type { Reason } from './reasons.js';
import type { Named, ServiceRef } from './service.js';

export const ROLLOUT_STATUSES = [
  'queued',
  'upgrading',
  'awaiting_confirmation',
  'finishing',
  'rolling_back',
  'finished',
  'failed',
  'rolled_back',
  'rollback_failed',
  'skipped',
  'superseded',
  'cancelled',
] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];

/** What becomes of a service whose upgrade fails: it stays as the backend has it, or goes back to what it was. */
export const ON_FAILURE = ['leave', 'rollback'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** What becomes of a service that is found still upgraded from before. */
export const LEFTOVER = ['refuse', 'finish', 'rollback'] as const;
export type Leftover = (typeof LEFTOVER)[number];

/** Something that cannot be asked just now, and for how long it has been so. */
export interface Outage {
  readonly since: Date;
  readonly attempts: number;
  readonly reason: Reason;
  readonly retryAt: Date;
}

/** What was there when a start was decided, noted down before asking the backend. */
export interface Attempt {
  readonly at: Date;
  readonly revision: string;
  readonly image: string;
  /** How often the backend was asked to start. */
  readonly count: number;
  /** Nobody knows yet whether the backend took it: only a look tells. */
  readonly open: boolean;
  /** The service's last upgrade of then, by its revision. */
  readonly last: string | null;
  /** The backend has stored the new version without starting it, and was asked to bring back what was there before. */
  readonly restoring: boolean;
}

/** What the containers of an upgraded service have shown so far. */
export interface Proof {
  readonly inspectedAt: Date;
  /** Since when all of them have been running and healthy; null: they are not. */
  readonly soundSince: Date | null;
  /** How often each container had been started, when it was looked at first within the last minutes. */
  readonly starts: readonly { readonly container: string; readonly count: number; readonly at: Date }[];
}

/** A rollback of ours: why, and how it is told whether it has brought back what was there. */
export interface Undoing {
  readonly at: Date;
  readonly because: Reason;
  /** Containers of the old revision that were there just before. */
  readonly old: readonly string[];
  /** The backend has taken it. */
  readonly accepted: boolean;
  /** The version is not to be offered to this service again. */
  readonly holds: boolean;
  /** What the rollout is in the end if all goes well. */
  readonly as: 'rolled_back' | 'cancelled';
}

/** One service's way through an upgrade, whose origin it has. */
export interface Rollout extends Origin {
  readonly id: string;
  readonly upgradeId: string;
  readonly service: ServiceRef;
  readonly environment: Named;
  readonly stack: Named;
  readonly name: string;
  readonly link: string;
  readonly from: string;
  readonly to: string;
  /** Sidekicks the backend makes anew together with the service. */
  readonly recreated: readonly string[];
  readonly status: RolloutStatus;
  readonly reason: Reason | null;
  readonly attempt: Attempt | null;
  /** The service's revision that our start made. */
  readonly revision: string | null;
  readonly confirm: boolean;
  readonly startFirst: boolean;
  /** Seconds the service has from its start. */
  readonly timeout: number;
  readonly onFailure: OnFailure;
  readonly leftover: Leftover;
  readonly ignoreHold: boolean;
  /** Seconds in which somebody has to confirm it; null: whenever they like. */
  readonly confirmWithin: number | null;
  /** Seconds for which the new containers must have been sound before the upgrade is finished; beyond the timeout. */
  readonly bake: number;
  /** The channels that the service's label names; null: it says nothing. */
  readonly notify: readonly string[] | null;
  readonly startedAt: Date | null;
  /** From when its time counts: its start, then when it began to await confirmation, then when somebody confirmed. */
  readonly timedFrom: Date | null;
  readonly proof: Proof | null;
  readonly undoing: Undoing | null;
  /** Until when a rollout that has failed is watched, for it may yet come to a good end. */
  readonly watchedUntil: Date | null;
  /** How often people were reminded that it awaits confirmation. */
  readonly reminders: number;
  /** The upgrade that took its place. */
  readonly supersededBy: string | null;
  readonly finishedAt: Date | null;
  /** When it is looked at next. */
  readonly dueAt: Date;
  /** Since when the service has been found in a state in which it cannot be upgraded. */
  readonly busySince: Date | null;
  /** Since when the service cannot be seen. */
  readonly outage: Outage | null;
  /** Milliseconds in which it could not be seen since its start; they do not count towards the timeout. */
  readonly unseenMs: number;
  /** Milliseconds for which it was baked in vain; they do not count either. */
  readonly bakedMs: number;
  readonly version: number;
}

/** A version that is not offered to a service again: it was rolled back from it. */
export interface Hold {
  readonly service: ServiceRef;
  readonly environment: Named;
  readonly stack: Named;
  readonly name: string;
  /** The image reference that was rolled back, as the service spelled it. */
  readonly image: string;
  readonly since: Date;
  readonly upgradeId: string;
}
