import { BUG, isBlocking, reason, type Reason } from '../../domain/reasons.js';
import type { Environment } from '../../domain/service.js';
import type { EnvironmentPlan, Rollout, Upgrade } from '../../domain/upgrade.js';
import type { UpgradeRecord } from '../../store/upgrade-store.js';
import { outageAfter } from '../pauses.js';
import type { Planned } from './upgrade.planner.js';

/** What one step of planning changes in an upgrade's record. */
export interface PlanningStep {
  readonly upgrade: Upgrade;
  readonly plans: readonly EnvironmentPlan[];
  readonly rollouts: readonly Rollout[];
}

/** The environments are known; none of them is planned yet. */
export function listed(upgrade: Upgrade, environments: readonly Environment[]): PlanningStep {
  if (environments.length === 0) {
    const none = reason('environment.none_selected', 'no environment that the key can see is selected');
    const outage = { since: upgrade.createdAt, attempts: 1, reason: none, retryAt: upgrade.createdAt };
    return { upgrade: { ...upgrade, planAt: null, failures: 1, outage }, plans: [], rollouts: [] };
  }
  const plans = environments.map((environment): EnvironmentPlan => ({
    upgradeId: upgrade.id,
    environment,
    status: 'pending',
    outage: null,
    skipped: [],
  }));
  return { upgrade: { ...upgrade, outage: null }, plans, rollouts: [] };
}

/** The environments cannot be listed: tried again later, or given up when patience has run out. */
export function unlisted(upgrade: Upgrade, why: Reason, now: Date, patienceMs: number): PlanningStep {
  const outage = outageAfter(upgrade.outage, why, now);
  const isOver = now.getTime() - outage.since.getTime() >= patienceMs;
  const planAt = isOver ? null : outage.retryAt;
  return { upgrade: { ...upgrade, outage, planAt, failures: isOver ? 1 : 0 }, plans: [], rollouts: [] };
}

/** One environment has been read and planned. */
export function read(
  record: UpgradeRecord,
  plan: EnvironmentPlan,
  planned: Planned,
  now: Date,
): PlanningStep {
  const done: EnvironmentPlan = { ...plan, status: 'planned', outage: null, skipped: planned.skipped };
  return { upgrade: withPlan(record, done, now), plans: [done], rollouts: planned.rollouts };
}

/** One environment cannot be read: tried again later, or given up when patience has run out. */
export function unread(
  record: UpgradeRecord,
  plan: EnvironmentPlan,
  why: Reason,
  now: Date,
  patienceMs: number,
): PlanningStep {
  const outage = outageAfter(plan.outage, why, now);
  const isOver = now.getTime() - outage.since.getTime() >= patienceMs;
  const tried: EnvironmentPlan = { ...plan, status: isOver ? 'failed' : 'pending', outage };
  return { upgrade: withPlan(record, tried, now), plans: [tried], rollouts: [] };
}

/** Planning has run into a bug in here. */
export function abandoned(upgrade: Upgrade, now: Date): PlanningStep {
  const outage = outageAfter(null, BUG, now);
  return {
    upgrade: { ...upgrade, planAt: null, failures: upgrade.failures + 1, outage },
    plans: [],
    rollouts: [],
  };
}

/** The plans, with those that have changed. */
export function mergedPlans(
  plans: readonly EnvironmentPlan[],
  changed: readonly EnvironmentPlan[],
): readonly EnvironmentPlan[] {
  const isOld = ({ environment: { backend, id } }: EnvironmentPlan) =>
    changed.some(({ environment }) => environment.backend === backend && environment.id === id);
  return [...plans.filter((plan) => !isOld(plan)), ...changed];
}

function withPlan({ upgrade, plans }: UpgradeRecord, changed: EnvironmentPlan, now: Date): Upgrade {
  const all = mergedPlans(plans, [changed]);
  const pending = all.filter(({ status }) => status === 'pending');
  const tries = pending.map(({ outage }) => (outage?.retryAt ?? now).getTime());
  const planAt = pending.length > 0 ? new Date(Math.min(...tries)) : null;
  return { ...upgrade, planAt, failures: all.reduce((sum, plan) => sum + failuresOf(plan), 0) };
}

function failuresOf({ status, skipped }: EnvironmentPlan): number {
  return (status === 'failed' ? 1 : 0) + skipped.filter(({ reason: { code } }) => isBlocking(code)).length;
}
