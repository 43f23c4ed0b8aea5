import type { Origin } from './caller.js';
import type { Reason, ReasonCode } from './reasons.js';
import type { Leftover, OnFailure, Outage, RolloutStatus } from './rollout.js';
import type { Environment, Named } from './service.js';

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
