import type { Origin } from './caller.js';
import type { Reason, ReasonCode } from './reasons.js';
import type { Environment, Named, ServiceRef } from './service.js';

export const UPGRADE_STATUSES = [
  'running',
  'awaiting_confirmation',
  'succeeded',
  'partly_failed',
  'failed',
  'superseded',
  'cancelled',
  'nothing_to_do',
] as const;
export type UpgradeStatus = (typeof UPGRADE_STATUSES)[number];

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

/** What the caller may choose; null: not said. */
export interface UpgradeOptions {
  readonly confirm: boolean;
  readonly startFirst: boolean;
  /** Seconds for each service from its own start. */
  readonly timeout: number | null;
  readonly onFailure: OnFailure | null;
  readonly leftover: Leftover | null;
  /** A version that is held back from a service is offered to it all the same. */
  readonly ignoreHold: boolean;
  /** Seconds in which somebody has to confirm. */
  readonly confirmWithin: number | null;
  /** After so many failed rollouts no other is started. */
  readonly maxFailures: number | null;
  /** Services of this upgrade that are upgraded at once. */
  readonly maxParallel: number | null;
}

/** Something that cannot be asked just now, and for how long it has been so. */
export interface Outage {
  readonly since: Date;
  readonly attempts: number;
  readonly reason: Reason;
  readonly retryAt: Date;
}

/** One request ("acme/web:2.0.0 is out") and everything that came of it. */
export interface Upgrade extends Origin {
  readonly id: string;
  /** The published image reference, as asked, without a scheme and with its tag. */
  readonly image: string;
  /** Its repository, normalised: what services are matched by. */
  readonly repository: string;
  readonly options: UpgradeOptions;
  readonly status: UpgradeStatus;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** When planning goes on; null: every environment is planned or given up. */
  readonly planAt: Date | null;
  /** Why the environments cannot be listed. */
  readonly outage: Outage | null;
  /** When somebody called it off; what was not started then is not started. */
  readonly cancelledAt: Date | null;
  /** Failures that planning found: environments that could not be read, services that were blocked. */
  readonly failures: number;
  /** The channels that were told of something bad in it. */
  readonly alarmed: readonly string[];
  /** Counts commits; a writer that read an older one is refused. */
  readonly version: number;
}

/** What one environment had to say to an upgrade. */
export interface EnvironmentPlan {
  readonly upgradeId: string;
  readonly environment: Environment;
  readonly status: 'pending' | 'planned' | 'failed';
  /** Why it cannot be read (pending) or was given up (failed). */
  readonly outage: Outage | null;
  readonly skipped: readonly Skipped[];
}

/** A service that runs the repository and is left as it is. */
export interface Skipped {
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
  readonly link: string;
  readonly running: string;
  readonly reason: Reason;
  /** The channels that its label names; absent: it says nothing. */
  readonly notify?: readonly string[];
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

/** One thing that happened, in the only record that is never changed. */
export interface JournalEntry {
  /** Grows with every entry, over all upgrades. */
  readonly id: number;
  readonly at: Date;
  readonly upgradeId: string;
  /** null: it is about the upgrade as a whole. */
  readonly rolloutId: string | null;
  /** The status from then on. */
  readonly status: UpgradeStatus | RolloutStatus;
  /** What happened, in a few words, and what the backend had to say to it. */
  readonly message: string;
  readonly reason: Reason | null;
}

/** A journal entry before the store has numbered it. */
export type NewEntry = Omit<JournalEntry, 'id'>;

/** How many rollouts of an upgrade have one status for one reason. */
export interface TallyRow {
  readonly status: RolloutStatus;
  readonly reason: ReasonCode | null;
  readonly count: number;
}

/** From the mildest to the worst. */
export const TONES = ['info', 'warning', 'danger'] as const;
export type Tone = (typeof TONES)[number];

/** Facts for people, as one channel gets them; each kind of notifier renders them in its own way. It is kept as JSON. */
export interface Notice {
  /** The same however often it is sent. */
  readonly id: string;
  /** When what it tells of was so; ISO 8601. */
  readonly at: string;
  /** `digest`: what was told while the channel could not be reached; `sample`: nothing has happened. */
  readonly kind: 'upgrade' | 'digest' | 'sample';
  /** These three are null unless it is of an upgrade. */
  readonly upgradeId: string | null;
  readonly image: string | null;
  readonly status: UpgradeStatus | null;
  /** Who asked for the upgrade, by name; null: nobody knows. */
  readonly caller: string | null;
  /** The request by which it was asked for; null: nobody knows, or it is not of an upgrade. */
  readonly requestId: string | null;
  /** The worst of its lines. */
  readonly tone: Tone;
  readonly summary: string;
  /** The worst first. */
  readonly lines: readonly NoticeLine[];
  /** How many lines are left out. */
  readonly more: number;
  /** How many notices it stands for, and from when they are. */
  readonly digest: Digest | null;
}

/** ISO 8601. */
interface Digest {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** What there is to tell of one thing. */
export type NoticeLine = RolloutLine | ServiceLine | EnvironmentLine | UpgradeLine;

interface LineOutcome {
  /** For people. */
  readonly outcome: string;
  readonly tone: Tone;
}

interface LineReason {
  /** For people. */
  readonly reason: string | null;
  readonly code: ReasonCode | null;
}

interface LineService extends LineOutcome, LineReason {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly link: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** The channels that the service's label names; null: it says nothing. */
  readonly notify: readonly string[] | null;
}

/** A service that was to be upgraded. Null: an older version of this service has stored the line, and did not say. */
export interface RolloutLine extends LineService {
  readonly about: 'rollout';
  readonly id: string | null;
  readonly status: RolloutStatus | null;
}

/** A service that was left as it is. */
export interface ServiceLine extends LineService {
  readonly about: 'service';
}

/** An environment that could not be read. */
export interface EnvironmentLine extends LineOutcome, LineReason {
  readonly about: 'environment';
  /** Its name; empty: not even the list of environments could be had. */
  readonly environment: string;
}

/** A whole notice, in a digest. */
export interface UpgradeLine extends LineOutcome {
  readonly about: 'upgrade';
  /** These three are null where the notice is not of an upgrade. */
  readonly id: string | null;
  readonly image: string | null;
  readonly status: UpgradeStatus | null;
  readonly summary: string;
}
