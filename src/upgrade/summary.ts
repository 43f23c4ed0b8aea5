import { isBegun } from '../domain/activity.js';
import { isBlocking, type Reason, type ReasonCode } from '../domain/reasons.js';
import type { Rollout, RolloutStatus } from '../domain/rollout.js';
import type { TallyRow, Upgrade, UpgradeStatus } from '../domain/upgrade.js';
import type { Standing, UpgradeRecord } from '../store/upgrade-store.js';

const UNCONFIRMED =
  'until somebody finishes the upgrade or rolls it back, Rancher does not restart crashed containers there';

/** The rollouts of a tally in the terms that an upgrade's status is told in. */
interface Counts {
  readonly moving: number;
  readonly awaiting: number;
  readonly finished: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly superseded: number;
}

const BUSY: ReadonlySet<RolloutStatus> = new Set(['upgrading', 'finishing', 'rolling_back']);
const MOVING: ReadonlySet<RolloutStatus> = new Set(['queued', ...BUSY]);
/** Why a service is rolled back though its upgrade has not failed. */
const ASKED: ReadonlySet<ReasonCode> = new Set(['rollout.rollback_asked', 'rollout.cancel_asked']);
const FAILED: ReadonlySet<RolloutStatus> = new Set(['failed', 'rolled_back', 'rollback_failed']);

/** Counts rollouts by status and reason code. */
export function tallyOf(rollouts: readonly Rollout[]): readonly TallyRow[] {
  return rollouts.map(({ status, reason }) => ({ status, reason: reason?.code ?? null, count: 1 }));
}

/** The status of an upgrade: `running` while something moves by itself, then what came of it. */
export function statusOf(
  upgrade: Pick<Upgrade, 'planAt' | 'failures' | 'cancelledAt'>,
  tally: readonly TallyRow[],
): UpgradeStatus {
  const { moving, awaiting, finished, failed, cancelled, superseded } = countsOf(tally);
  const failures = failed + upgrade.failures;
  if (upgrade.planAt !== null || moving > 0) return 'running';
  if (awaiting > 0) return 'awaiting_confirmation';
  if (finished > 0) return failures + cancelled > 0 ? 'partly_failed' : 'succeeded';
  if (failures > 0) return 'failed';
  if (cancelled > 0 || upgrade.cancelledAt) return 'cancelled';
  return superseded > 0 ? 'superseded' : 'nothing_to_do';
}

/** Whether nothing more happens by itself: ended, or waiting for somebody. */
export function isSettled(status: UpgradeStatus): boolean {
  return status !== 'running';
}

/** Whether it is over for good. */
export function isEnded(status: UpgradeStatus): boolean {
  return isSettled(status) && status !== 'awaiting_confirmation';
}

/** How many rollouts have which status; only what occurs. */
export function byStatus(tally: readonly TallyRow[]): Readonly<Partial<Record<RolloutStatus, number>>> {
  const counts: Partial<Record<RolloutStatus, number>> = {};
  for (const { status, count } of tally) if (count > 0) counts[status] = (counts[status] ?? 0) + count;
  return counts;
}

/** How many rollouts can still move by themselves. */
export function movingIn(tally: readonly TallyRow[]): number {
  return countsOf(tally).moving;
}

/** How many rollouts are in the middle of their upgrade, be it that they bake or cannot be seen just now. */
export function busyIn(tally: readonly TallyRow[]): number {
  return tally.filter(({ status }) => BUSY.has(status)).reduce((sum, { count }) => sum + count, 0);
}

/** Where an upgrade stands without one of its rollouts. */
export function without(standing: Standing, rollout: Rollout): Standing {
  const code = rollout.reason?.code ?? null;
  const at = standing.tally.findIndex(({ status, reason }) => status === rollout.status && reason === code);
  return {
    ...standing,
    tally: standing.tally.map((row, index) => (index === at ? { ...row, count: row.count - 1 } : row)),
    begun: standing.begun - (isBegun(rollout) ? 1 : 0),
  };
}

/** How many rollouts count as failures of their upgrade. */
export function failedIn(tally: readonly TallyRow[]): number {
  return countsOf(tally).failed;
}

/** How many have come to an end that was not asked for, those included that are blocked. */
export function mishapsIn(tally: readonly TallyRow[]): number {
  const rows = tally.filter(({ status, reason }) => isFailure(status, reason) && !isAsked(reason));
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** How many have failed, those included that are still being taken back for it. */
export function failingIn(tally: readonly TallyRow[]): number {
  return tally.filter(isBeingTakenBack).reduce((sum, { count }) => sum + count, failedIn(tally));
}

function isBeingTakenBack({ status, reason }: TallyRow): boolean {
  return status === 'rolling_back' && !isAsked(reason);
}

function isAsked(reason: ReasonCode | null): boolean {
  return reason !== null && ASKED.has(reason);
}

/** Whether a rollout of this status counts as a failure of its upgrade. */
export function isFailure(status: RolloutStatus, reason: ReasonCode | null): boolean {
  return FAILED.has(status) || (status === 'skipped' && reason !== null && isBlocking(reason));
}

/** Why planning as a whole waits or was given up; null: it does not, or somebody has called the upgrade off. */
export function obstacleOf({ cancelledAt, outage }: Pick<Upgrade, 'cancelledAt' | 'outage'>): Reason | null {
  return cancelledAt || outage === null ? null : outage.reason;
}

/** One sentence on where an upgrade stands. */
export function messageOf(record: UpgradeRecord): string {
  const outcomes = outcomesOf(record).filter((part) => part !== null);
  const parts = [planningOf(record), outcomes.join(', ')].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : 'no service to upgrade';
}

/** What is waited for, or why planning has ended too early; null: nothing of the kind. */
function planningOf({ upgrade, plans, rollouts }: UpgradeRecord): string | null {
  const hidden = rollouts.find(({ outage, status }) => outage !== null && MOVING.has(status))?.outage;
  if (upgrade.planAt === null && hidden) return `waiting for Rancher: ${hidden.reason.message}`;
  if (upgrade.cancelledAt) return unplannedOf(plans);
  if (upgrade.planAt === null) return upgrade.outage?.reason.message ?? null;
  const pending = plans.map((plan) => (plan.status === 'pending' ? plan.outage : null));
  const outage = [upgrade.outage, ...pending].find((one) => one !== null);
  return outage ? `waiting for Rancher: ${outage.reason.message}` : 'looking for services';
}

/** What a cancelled upgrade was never planned for; null: everything was planned. */
function unplannedOf(plans: UpgradeRecord['plans']): string | null {
  if (plans.length === 0) return 'cancelled before services were looked for';
  const unplanned = plans.filter(({ status }) => status === 'pending').length;
  return unplanned > 0 ? `cancelled before ${counted(unplanned, 'environment')} could be planned` : null;
}

function outcomesOf({ plans, rollouts }: UpgradeRecord): readonly (string | null)[] {
  const { awaiting, finished, failed, cancelled, superseded } = countsOf(tallyOf(rollouts));
  const left = plans.flatMap((plan) => plan.skipped).filter(({ reason }) => isBlocking(reason.code)).length;
  const refused = rollouts.filter(({ reason, status }) => status === 'skipped' && isBlocked(reason)).length;
  const unread = plans.filter(({ status }) => status === 'failed').length;
  const services = rollouts.length + left;
  return [
    services > 0 ? `${finished} of ${counted(services, 'service')} done` : null,
    failed > refused ? `${failed - refused} failed` : null,
    left + refused > 0 ? `${left + refused} blocked` : null,
    unread > 0 ? `${counted(unread, 'environment')} could not be read` : null,
    cancelled > 0 ? `${cancelled} cancelled` : null,
    superseded > 0 ? `${superseded} superseded` : null,
    awaiting > 0 ? `${counted(awaiting, 'service')} waiting for confirmation: ${UNCONFIRMED}` : null,
  ];
}

function isBlocked(reason: Rollout['reason']): boolean {
  return reason !== null && isBlocking(reason.code);
}

/** "1 service", "2 services" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function countsOf(tally: readonly TallyRow[]): Counts {
  const sum = (wanted: (row: TallyRow) => boolean) =>
    tally.filter((row) => wanted(row)).reduce((total, row) => total + row.count, 0);
  return {
    moving: sum(({ status }) => MOVING.has(status)),
    awaiting: sum(({ status }) => status === 'awaiting_confirmation'),
    finished: sum(({ status }) => status === 'finished'),
    failed: sum(({ status, reason }) => isFailure(status, reason)),
    cancelled: sum(({ status }) => status === 'cancelled'),
    superseded: sum(({ status }) => status === 'superseded'),
  };
}
