import type { Observable } from 'rxjs';
import type { AuditAction, AuditEntry, NewAuditEntry } from '../domain/audit.js';
import type { Hold, Rollout } from '../domain/rollout.js';
import type { ServiceRef } from '../domain/service.js';
import type {
  EnvironmentPlan,
  JournalEntry,
  NewEntry,
  TallyRow,
  Upgrade,
  UpgradeStatus,
} from '../domain/upgrade.js';

/** A caller's own name for a request: the same name again is the same request. */
export interface IdempotencyKey {
  readonly key: string;
  /** What was asked under it. */
  readonly fingerprint: string;
  readonly upgradeId: string;
  readonly createdAt: Date;
}

/** A notice on its way to one channel. The store does not look into `payload`. One that replaces another keeps its place. */
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

/** The first of a channel's outbox: the others wait behind it. */
export interface OutboxHead {
  readonly channel: string;
  /** How many there are, this one among them. */
  readonly waiting: number;
  /** When this one was put there. */
  readonly since: Date;
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
  readonly journal?: readonly NewEntry[];
  /** One for each service and image: a newer one takes the place of an older. */
  readonly holds?: readonly Hold[];
  /** Services whose holds are lifted: all of them, or only the one on `image`. */
  readonly lifted?: readonly (ServiceRef & { readonly image?: string })[];
  /** Refused with `store.conflict` where the key is there already. */
  readonly key?: IdempotencyKey;
  /** What somebody has done, for the audit. */
  readonly audit?: readonly NewAuditEntry[];
  /** Refused with `service.full` where so many upgrades wait to be planned already. */
  readonly mostUnplanned?: number;
}

/** A change as it was written: with the versions its records now have, and with its entries numbered. */
export type Written = Omit<Change, 'journal'> & { readonly journal: readonly JournalEntry[] };

/** Which entries of the journal: those after an id, oldest first. */
export interface JournalQuery {
  readonly after: number;
  readonly upgradeId?: string;
  readonly limit: number;
}

/** Which entries of the audit: those that match everything given. */
export interface AuditQuery {
  /** At or after `since`, and before `until`. */
  readonly since?: Date;
  readonly until?: Date;
  /** As `wordFor` has it. */
  readonly caller?: string;
  readonly action?: AuditAction;
  readonly upgradeId?: string;
  /** The id of an environment that the entry names, or in which its upgrade has a rollout. */
  readonly environment?: string;
  readonly service?: ServiceRef;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface AuditPage {
  readonly data: readonly AuditEntry[];
  readonly next: string | null;
}

/** A page of the rollouts of one service. */
export interface ServiceHistory {
  readonly data: readonly Rollout[];
  readonly next: string | null;
}

/** An upgrade with all that came of it; rollouts in order of arrival. */
export interface UpgradeRecord {
  readonly upgrade: Upgrade;
  readonly plans: readonly EnvironmentPlan[];
  readonly rollouts: readonly Rollout[];
}

/** Where an upgrade stands, in a few numbers: read in a millisecond or two, even if it has 10,000 rollouts. */
export interface Standing {
  readonly upgrade: Upgrade;
  /** Environments that are still to be read: none of their services has been left yet. */
  readonly pending: readonly EnvironmentPlan[];
  /** Its rollouts, counted by status and reason code; only what occurs. */
  readonly tally: readonly TallyRow[];
  /** How many of those that are queued the backend may be at work on: see `isBegun`. */
  readonly begun: number;
}

/**
 * Chooses what to write from where an upgrade stands; null: nothing. It may be called twice, and must ask the store for
 * nothing but the whole upgrade, by `find`.
 */
export type Choose = (stored: Standing, find: () => Promise<UpgradeRecord>) => Promise<Change | null>;

export interface ListQuery {
  readonly status?: UpgradeStatus;
  /** A normalised repository. */
  readonly repository?: string;
  /** How the image reference ends, as stored: with its tag (`:2.0.0`), its digest (`@sha256:…`), or both. */
  readonly version?: string;
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

/** How long the storage took for one request, with the time it waited for its turn. */
export interface StoreTiming {
  readonly operation: 'read' | 'write';
  readonly seconds: number;
  /** false: the storage did not work. */
  readonly isWell: boolean;
}

/** What there is to do. */
export interface Workload {
  /** Upgrades of which some environment is still to be planned. */
  readonly unplanned: number;
  /** When the oldest upgrade that is `running` was accepted; null: none is. */
  readonly runningSince: Date | null;
  /** Rollouts by their activity. */
  readonly queued: number;
  readonly moving: number;
  readonly watched: number;
  /** Of those that are watched, how many wait for somebody to decide. */
  readonly awaiting: number;
}

/** Keeps upgrades. Every method throws `UpdaterError` `store.unavailable` when the storage does not work. */
export abstract class UpgradeStore {
  /** Every change, after it is safely written. */
  abstract readonly changes$: Observable<Written>;

  /** Everything that was asked of the storage, once it is over. */
  abstract readonly timings$: Observable<StoreTiming>;

  /**
   * Writes all of the change or nothing, and answers it as written; `store.conflict` if what it changes has changed in
   * between.
   */
  abstract commit(change: Change): Promise<Written>;

  /**
   * Writes what `choose` makes of where the upgrade stands, as `commit` does; nobody else writes between the two. Null:
   * nothing was chosen. Throws what `choose` throws, too; an upgrade that does not exist is a bug.
   */
  abstract commitOn(upgradeId: string, choose: Choose): Promise<Written | null>;

  /** Null: there is no upgrade of this id. */
  abstract find(upgradeId: string): Promise<UpgradeRecord | null>;

  /** Newest first. An `after` that is not from this store throws `request.invalid`. */
  abstract list(query: ListQuery): Promise<Page>;

  /** Null: there is no upgrade of this id. */
  abstract standing(upgradeId: string): Promise<Standing | null>;

  /** Null: there is no rollout of this id. */
  abstract rollout(rolloutId: string): Promise<Rollout | null>;

  /** Queued rollouts that arrived before a queued one of this upgrade which is of the same service. */
  abstract overtakenBy(upgradeId: string): Promise<readonly Rollout[]>;

  /** Upgrades whose `planAt` has come. */
  abstract unplanned(due: DueQuery): Promise<readonly Upgrade[]>;

  /**
   * Queued rollouts whose time has come, at most one for each service: the one whose upgrade arrived first, and only if
   * none of that service is `upgrading`, `finishing` or `rolling_back`, and no upgrade of the same repository that arrived
   * earlier has yet to be planned in that environment, and its own upgrade has fewer under way than its `maxParallel`.
   */
  abstract startable(due: DueQuery): Promise<readonly Rollout[]>;

  /** Every rollout whose activity is `moving`. */
  abstract moving(): Promise<readonly Rollout[]>;

  /** Rollouts whose activity is `watched` and whose time to be looked at has come. */
  abstract watched(due: DueQuery): Promise<readonly Rollout[]>;

  /** The rollouts of one service whose activity is not `over`, in order of arrival of their upgrades. */
  abstract openOf(service: ServiceRef): Promise<readonly Rollout[]>;

  /** Every rollout that one service ever had and that is kept, newest first; `after` as in `list`. */
  abstract historyOf(service: ServiceRef, limit: number, after?: string): Promise<ServiceHistory>;

  /** Upgrades of this image reference that are `running`, newest first. */
  abstract running(image: string): Promise<readonly Upgrade[]>;

  abstract journal(query: JournalQuery): Promise<readonly JournalEntry[]>;

  /**
   * Newest first; `after` as in `list`. Others can read and write during a long search. Once the signal is aborted, the page
   * ends where it is, and its `next` goes on from there.
   */
  abstract audit(query: AuditQuery, signal?: AbortSignal): Promise<AuditPage>;

  /** What is held back: all of it, or from one service. */
  abstract holds(service?: ServiceRef): Promise<readonly Hold[]>;

  abstract key(key: string): Promise<IdempotencyKey | null>;

  /**
   * Deletes at most `limit` upgrades that ended before this time, with all that came of them but the audit, and as many
   * keys from before `keysBefore`; answers how many of both it found. What is not settled, what is watched, and holds are
   * never deleted.
   */
  abstract prune(before: Date, keysBefore: Date, limit: number): Promise<number>;

  /** How much there is to do; takes no longer however long the history is. */
  abstract workload(): Promise<Workload>;

  /** Deletes at most `limit` entries of the audit from before this time; answers how many it found. */
  abstract pruneAudit(before: Date, limit: number): Promise<number>;

  /** The earliest time after `now` at which an upgrade, or a queued or watched rollout, is due; null: none. */
  abstract nextWorkDue(now: Date): Promise<Date | null>;

  /** Every channel that has something in the outbox, and since when. */
  abstract outboxHeads(): Promise<readonly OutboxHead[]>;

  /** The outbox items of one channel, due or not, in order of arrival: at most `limit` after the first `skip`. */
  abstract outbox(channel: string, limit: number, skip?: number): Promise<readonly OutboxItem[]>;

  /** Proves that it can write. */
  abstract check(): Promise<void>;
}
