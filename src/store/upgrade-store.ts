import type { Observable } from 'rxjs';
import type { EnvironmentPlan, Rollout, TallyRow, Upgrade, UpgradeStatus } from '../domain/upgrade.js';

/** A notice on its way to one channel. The store does not look into `payload`. */
export interface OutboxItem {
  readonly id: string;
  readonly channel: string;
  readonly payload: unknown;
  readonly createdAt: Date;
  /** How many times it was tried. */
  readonly attempts: number;
  /** When it is tried next. */
  readonly dueAt: Date;
}

/**
 * What is written together: all of it or nothing. Records are whole and replace those of the same key; one whose
 * `version` is not the stored one (0: not there yet) is refused with `store.conflict`. The store counts versions up.
 */
export interface Change {
  readonly upgrade?: Upgrade;
  readonly plans?: readonly EnvironmentPlan[];
  readonly rollouts?: readonly Rollout[];
  readonly outbox?: readonly OutboxItem[];
  /** Ids of outbox items that are delivered or given up: they are kept no longer. */
  readonly outboxDone?: readonly string[];
}

/** An upgrade with all that came of it; rollouts in order of arrival. */
export interface UpgradeRecord {
  readonly upgrade: Upgrade;
  readonly plans: readonly EnvironmentPlan[];
  readonly rollouts: readonly Rollout[];
}

export interface ListQuery {
  readonly status?: UpgradeStatus;
  /** A whole reference (`acme/web:2.0.0`), as stored in `Upgrade.image`. */
  readonly image?: string;
  /** A normalised repository. */
  readonly repository?: string;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface Page {
  readonly data: readonly UpgradeRecord[];
  readonly next: string | null;
}

/** Takes at most `limit` of what is due at `now`, oldest first, without those whose id is in `except`. */
export interface DueQuery {
  readonly now: Date;
  readonly limit: number;
  readonly except: ReadonlySet<string>;
}

/** Keeps upgrades. Every method throws `UpdaterError` `store.unavailable` when the storage does not work. */
export abstract class UpgradeStore {
  /** Every change, after it is safely written. */
  abstract readonly changes$: Observable<Change>;

  /** Writes all of the change, or nothing: `store.conflict` when somebody else has written in between. */
  abstract commit(change: Change): Promise<void>;

  /** Null: there is no upgrade of this id. */
  abstract find(upgradeId: string): Promise<UpgradeRecord | null>;

  /** Newest first. An `after` that is not from this store throws `request.invalid`. */
  abstract list(query: ListQuery): Promise<Page>;

  /** The rollouts of one upgrade, counted by status and reason code; only what occurs. */
  abstract tally(upgradeId: string): Promise<readonly TallyRow[]>;

  /** Upgrades whose `planAt` has come. */
  abstract unplanned(due: DueQuery): Promise<readonly Upgrade[]>;

  /**
   * Queued rollouts whose time has come, at most one for each service: the first to arrive, and only if none of that
   * service is under way.
   */
  abstract startable(due: DueQuery): Promise<readonly Rollout[]>;

  /** Every rollout that is `upgrading` or `finishing`. */
  abstract underWay(): Promise<readonly Rollout[]>;

  /** Rollouts that are `awaiting_confirmation` and whose time to be looked at has come. */
  abstract awaiting(due: DueQuery): Promise<readonly Rollout[]>;

  /** The earliest time after `now` at which an upgrade, or a queued or awaiting rollout, is due; null: none. */
  abstract nextWorkDue(now: Date): Promise<Date | null>;

  /** Outbox items whose time has come. */
  abstract outbox(due: DueQuery): Promise<readonly OutboxItem[]>;

  /** The earliest time after `now` at which an outbox item is due; null: none. */
  abstract nextOutboxDue(now: Date): Promise<Date | null>;

  /** Proves that it can write. */
  abstract check(): Promise<void>;
}
