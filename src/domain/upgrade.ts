import type { Reason, ReasonCode } from './reasons.js';
import type { Environment, Named, ServiceRef } from './service.js';

export const UPGRADE_STATUSES = [
  'running',
  'awaiting_confirmation',
  'succeeded',
  'partly_failed',
  'failed',
  'nothing_to_do',
] as const;
export type UpgradeStatus = (typeof UPGRADE_STATUSES)[number];

export const ROLLOUT_STATUSES = [
  'queued',
  'upgrading',
  'awaiting_confirmation',
  'finishing',
  'finished',
  'failed',
  'skipped',
] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];

/** What the caller may choose; `timeout` in seconds for each service from its own start, null: not said. */
export interface UpgradeOptions {
  readonly confirm: boolean;
  readonly startFirst: boolean;
  readonly timeout: number | null;
}

/** Something that cannot be asked just now, and for how long it has been so. */
export interface Outage {
  readonly since: Date;
  readonly attempts: number;
  readonly reason: Reason;
}

/** One request ("acme/web:2.0.0 is out") and everything that came of it. */
export interface Upgrade {
  readonly id: string;
  /** The published image reference, as asked, without a scheme and with its tag. */
  readonly image: string;
  /** Its repository, normalised: what services are matched by. */
  readonly repository: string;
  readonly options: UpgradeOptions;
  readonly requestId: string;
  readonly status: UpgradeStatus;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** When planning goes on; null: every environment is planned or given up. */
  readonly planAt: Date | null;
  /** Why the environments cannot be listed. */
  readonly outage: Outage | null;
  /** Failures that planning found: environments that could not be read, services that were blocked. */
  readonly failures: number;
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
}

/** One service's way through an upgrade. */
export interface Rollout {
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
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When it is looked at next. */
  readonly dueAt: Date;
  /** Since when the service has been found in a state in which it cannot be upgraded. */
  readonly busySince: Date | null;
  /** Since when the service cannot be seen. */
  readonly outage: Outage | null;
  /** Milliseconds in which it could not be seen since its start; they do not count towards the timeout. */
  readonly unseenMs: number;
  readonly version: number;
}

/** How many rollouts of an upgrade have one status for one reason. */
export interface TallyRow {
  readonly status: RolloutStatus;
  readonly reason: ReasonCode | null;
  readonly count: number;
}

export type Tone = 'good' | 'warning' | 'danger';

/** Facts for people, once an upgrade has settled; each notifier renders them in its own way. */
export interface Notice {
  readonly upgradeId: string;
  readonly image: string;
  readonly status: UpgradeStatus;
  readonly tone: Tone;
  readonly summary: string;
  readonly lines: readonly NoticeLine[];
}

export interface NoticeLine {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly link: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly tone: Tone;
}
