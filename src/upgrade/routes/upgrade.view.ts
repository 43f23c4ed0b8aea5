import type { Caller } from '../../domain/caller.js';
import type { Reason } from '../../domain/reasons.js';
import type { Leftover, OnFailure, Rollout } from '../../domain/rollout.js';
import type { Named } from '../../domain/service.js';
import type { EnvironmentPlan, JournalEntry, Skipped, UpgradeStatus } from '../../domain/upgrade.js';
import type { UpgradeRecord } from '../../store/upgrade-store.js';
import { counted, messageOf, obstacleOf } from '../summary.js';

/** An upgrade as callers see it. `id` is null and `status` `planned` for a dry run. */
export interface UpgradeView {
  readonly id: string | null;
  readonly image: string;
  readonly status: UpgradeStatus | 'planned';
  readonly confirm: boolean;
  readonly start_first: boolean;
  /** Seconds, as asked; null: each service's own. */
  readonly timeout: number | null;
  /** As asked; null: each service's own. */
  readonly on_failure: OnFailure | null;
  readonly leftover: Leftover | null;
  readonly ignore_hold: boolean;
  /** Seconds. */
  readonly confirm_within: number | null;
  readonly max_failures: number | null;
  readonly max_parallel: number | null;
  /** Who asked for it; null: it was stored by a version that did not know. */
  readonly caller: Caller | null;
  readonly request_id: string;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly message: string;
  /** Why planning as a whole waits or was given up. */
  readonly reason: Reason | null;
  readonly rollouts: readonly RolloutView[];
  readonly skipped: readonly SkippedView[];
  /** Environments that could not be read, and why. */
  readonly unread_environments: readonly UnreadView[];
}

export interface RolloutView {
  readonly id: string | null;
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
  readonly from: string;
  readonly to: string;
  readonly status: Rollout['status'];
  readonly reason: Reason | null;
  /** Seconds the service has from its start. */
  readonly timeout: number;
  readonly on_failure: OnFailure;
  /** Seconds for which its new containers must have been sound before it is finished. */
  readonly bake: number;
  /** The upgrade that took its place. */
  readonly superseded_by: string | null;
  /** Sidekicks that are made anew with it, since they share its network or volumes. */
  readonly recreated_sidekicks: readonly string[];
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly link: string;
  /** What happened to it, oldest first; empty in lists. */
  readonly history: readonly EntryView[];
}

/** One thing that happened to a rollout. */
interface EntryView {
  readonly at: string;
  readonly status: JournalEntry['status'];
  readonly message: string;
  readonly reason: Reason | null;
}

interface SkippedView {
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
  readonly running: string;
  readonly reason: Reason;
  readonly link: string;
}

interface UnreadView {
  readonly environment: Named;
  readonly reason: Reason;
}

/** `history`: what is in the journal about it, where that is wanted. */
export function viewOf(record: UpgradeRecord, history: readonly JournalEntry[] = []): UpgradeView {
  const { upgrade, plans, rollouts } = record;
  const entriesOf = byRollout(history);
  return {
    id: upgrade.id,
    image: upgrade.image,
    status: upgrade.status,
    confirm: upgrade.options.confirm,
    start_first: upgrade.options.startFirst,
    timeout: upgrade.options.timeout,
    on_failure: upgrade.options.onFailure,
    leftover: upgrade.options.leftover,
    ignore_hold: upgrade.options.ignoreHold,
    confirm_within: upgrade.options.confirmWithin,
    max_failures: upgrade.options.maxFailures,
    max_parallel: upgrade.options.maxParallel,
    caller: upgrade.caller,
    request_id: upgrade.requestId,
    created_at: upgrade.createdAt.toISOString(),
    finished_at: upgrade.finishedAt?.toISOString() ?? null,
    message: messageOf(record),
    reason: obstacleOf(upgrade),
    rollouts: rollouts.map((rollout) => rolloutView(rollout, entriesOf.get(rollout.id))),
    skipped: plans.flatMap((plan) => plan.skipped.map(skippedView)),
    unread_environments: plans.flatMap(unreadView),
  };
}

/** What an upgrade would do; nothing of it is stored, so nothing has an id. */
export function planViewOf(record: UpgradeRecord): UpgradeView {
  const view = viewOf(record);
  const rollouts = view.rollouts.map((rollout) => ({ ...rollout, id: null }));
  return { ...view, id: null, status: 'planned', message: planMessage(view), rollouts };
}

function planMessage({ reason, rollouts, skipped, unread_environments: unread }: UpgradeView): string {
  if (reason) return `${reason.message}; nothing was changed`;
  const parts = [`${rollouts.length} to upgrade`, `${skipped.length} left as they are`];
  if (unread.length > 0) parts.push(`${counted(unread.length, 'environment')} could not be read`);
  return `${parts.join(', ')}; nothing was changed`;
}

/** `history`: what is in the journal about this rollout. */
export function rolloutView(rollout: Rollout, history: readonly JournalEntry[] = []): RolloutView {
  return {
    id: rollout.id,
    environment: rollout.environment,
    stack: rollout.stack,
    service: { id: rollout.service.id, name: rollout.name },
    from: rollout.from,
    to: rollout.to,
    status: rollout.status,
    reason: rollout.reason,
    timeout: rollout.timeout,
    on_failure: rollout.onFailure,
    bake: rollout.bake,
    superseded_by: rollout.supersededBy,
    recreated_sidekicks: rollout.recreated,
    started_at: rollout.startedAt?.toISOString() ?? null,
    finished_at: rollout.finishedAt?.toISOString() ?? null,
    link: rollout.link,
    history: history.map(entryView),
  };
}

function byRollout(history: readonly JournalEntry[]): ReadonlyMap<string | null, readonly JournalEntry[]> {
  const entries = new Map<string | null, JournalEntry[]>();
  for (const entry of history) {
    const others = entries.get(entry.rolloutId);
    if (others) others.push(entry);
    else entries.set(entry.rolloutId, [entry]);
  }
  return entries;
}

function entryView({ at, status, message, reason }: JournalEntry): EntryView {
  return { at: at.toISOString(), status, message, reason };
}

function skippedView({ environment, stack, service, running, reason, link }: Skipped): SkippedView {
  return { environment, stack, service, running, reason, link };
}

function unreadView({ environment: { id, name }, outage }: EnvironmentPlan): readonly UnreadView[] {
  return outage ? [{ environment: { id, name }, reason: outage.reason }] : [];
}
