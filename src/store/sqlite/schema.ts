import type { ColumnType, Generated } from 'kysely';
import type { Activity } from '../../domain/activity.js';
import type { AuditAction } from '../../domain/audit.js';
import type { Caller } from '../../domain/caller.js';
import type { Reason } from '../../domain/reasons.js';
import type {
  Attempt,
  Leftover,
  OnFailure,
  Outage,
  Proof,
  RolloutStatus,
  Undoing,
} from '../../domain/rollout.js';
import type { Named } from '../../domain/service.js';
import type {
  EnvironmentPlan,
  JournalEntry,
  Skipped,
  UpgradeOptions,
  UpgradeStatus,
} from '../../domain/upgrade.js';

/** Whole milliseconds since 1970. */
type Time = number;
/** SQLite has no booleans. */
export type Flag = 0 | 1;

declare const parsed: unique symbol;
/** A nested record, or a list, as JSON text. */
export type Json<T> = string & { readonly [parsed]: T };
type JsonColumn<T> = ColumnType<Json<T>, string, string>;
type OptionalJsonColumn<T> = ColumnType<Json<T> | null, string | null, string | null>;

/** The tables as the newest migration leaves them. `seq` counts arrivals: it only grows and is never used again. */
export interface Schema {
  readonly upgrades: UpgradeTable;
  readonly plans: PlanTable;
  readonly skipped: SkippedTable;
  readonly rollouts: RolloutTable;
  readonly outbox: OutboxTable;
  readonly journal: JournalTable;
  readonly holds: HoldTable;
  readonly idempotency_keys: KeyTable;
  readonly audit: AuditTable;
  readonly audit_services: AuditServiceTable;
  /** One row, which triggers keep true. */
  readonly unplanned: { readonly id: 1; readonly count: number };
  readonly probe: { readonly id: 1; readonly at: Time; readonly room: Uint8Array };
}

export interface UpgradeTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly image: string;
  readonly repository: string;
  readonly options: JsonColumn<UpgradeOptions>;
  readonly request_id: string;
  readonly caller: OptionalJsonColumn<Caller>;
  readonly status: UpgradeStatus;
  readonly created_at: Time;
  readonly finished_at: Time | null;
  readonly plan_at: Time | null;
  readonly outage: OptionalJsonColumn<Outage>;
  readonly cancelled_at: Time | null;
  readonly failures: number;
  readonly alarmed: JsonColumn<readonly string[]>;
  readonly version: number;
}

export interface PlanTable {
  readonly seq: Generated<number>;
  readonly upgrade_id: string;
  readonly backend: string;
  readonly environment_id: string;
  readonly environment_name: string;
  readonly status: EnvironmentPlan['status'];
  readonly outage: OptionalJsonColumn<Outage>;
}

/** Some of the services that a plan leaves as they are: there may be thousands. Parts are counted from 0. */
export interface SkippedTable {
  readonly upgrade_id: string;
  readonly backend: string;
  readonly environment_id: string;
  readonly part: number;
  readonly services: JsonColumn<readonly Skipped[]>;
}

export interface RolloutTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly upgrade_id: string;
  readonly request_id: string;
  readonly caller: OptionalJsonColumn<Caller>;
  readonly service_backend: string;
  readonly service_environment: string;
  readonly service_id: string;
  readonly environment: JsonColumn<Named>;
  readonly stack: JsonColumn<Named>;
  readonly name: string;
  readonly link: string;
  readonly from_image: string;
  readonly to_image: string;
  readonly recreated: JsonColumn<readonly string[]>;
  readonly status: RolloutStatus;
  /** What `activityOf` says of the rollout as it was written. */
  readonly activity: Activity;
  /** `seq` of its upgrade: what was asked for first comes first, however long its planning took. */
  readonly arrival: number;
  readonly reason: OptionalJsonColumn<Reason>;
  readonly attempt: OptionalJsonColumn<Attempt>;
  readonly revision: string | null;
  readonly confirm: Flag;
  readonly start_first: Flag;
  readonly timeout: number;
  readonly on_failure: OnFailure;
  readonly leftover: Leftover;
  readonly ignore_hold: Flag;
  readonly confirm_within: number | null;
  readonly bake: number;
  readonly notify: OptionalJsonColumn<readonly string[]>;
  readonly started_at: Time | null;
  readonly timed_from: Time | null;
  readonly proof: OptionalJsonColumn<Proof>;
  readonly undoing: OptionalJsonColumn<Undoing>;
  readonly watched_until: Time | null;
  readonly reminders: number;
  readonly superseded_by: string | null;
  readonly finished_at: Time | null;
  readonly due_at: Time;
  readonly busy_since: Time | null;
  readonly outage: OptionalJsonColumn<Outage>;
  readonly unseen_ms: number;
  readonly baked_ms: number;
  readonly version: number;
}

export interface OutboxTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly channel: string;
  readonly payload: JsonColumn<unknown>;
  readonly created_at: Time;
  readonly attempts: number;
  readonly due_at: Time;
}

export interface JournalTable {
  readonly id: Generated<number>;
  readonly at: Time;
  readonly upgrade_id: string;
  readonly rollout_id: string | null;
  readonly status: JournalEntry['status'];
  readonly message: string;
  readonly reason: OptionalJsonColumn<Reason>;
}

export interface HoldTable {
  readonly seq: Generated<number>;
  readonly service_backend: string;
  readonly service_environment: string;
  readonly service_id: string;
  readonly environment: JsonColumn<Named>;
  readonly stack: JsonColumn<Named>;
  readonly name: string;
  readonly image: string;
  readonly since: Time;
  readonly upgrade_id: string;
}

export interface KeyTable {
  readonly key: string;
  readonly fingerprint: string;
  readonly upgrade_id: string;
  readonly created_at: Time;
}

export interface AuditTable {
  readonly id: Generated<number>;
  readonly at: Time;
  readonly action: AuditAction;
  readonly request_id: string;
  readonly caller: OptionalJsonColumn<Caller>;
  /** What is looked for: see `wordFor`. */
  readonly caller_word: string | null;
  readonly upgrade_id: string;
  readonly image: string;
  readonly rollout_id: string | null;
  readonly environment: OptionalJsonColumn<Named>;
  readonly stack: OptionalJsonColumn<Named>;
  readonly service: OptionalJsonColumn<Named>;
}

/** Which services an upgrade was for that is not kept any more. */
interface AuditServiceTable {
  readonly upgrade_id: string;
  readonly backend: string;
  readonly environment_id: string;
  readonly service_id: string;
}
