import { BUG, isBlocking, reason, type Reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Environment } from '../../domain/service.js';
import type { EnvironmentPlan, Upgrade } from '../../domain/upgrade.js';
import { outageAfter } from '../pauses.js';
import { mergedPlans, type Planning, type PlanningStep } from '../recording/planning-step.js';
import type { Planned } from './upgrade.planner.js';

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

/** Some rollouts of an environment that is planned, and is written in parts. */
export function queued({ upgrade }: Planning, rollouts: readonly Rollout[]): PlanningStep {
  return { upgrade, plans: [], rollouts: asDecided(upgrade, rollouts) };
}

/** What of a plan is not written yet. `written`: the rollouts that the upgrade has already. */
export function unwritten(
  planned: Planned,
  { environment }: EnvironmentPlan,
  written: readonly Rollout[],
): Planned {
  const own = written.filter(
    ({ service }) => service.backend === environment.backend && service.environment === environment.id,
  );
  const ids = new Set(own.map(({ service }) => service.id));
  return {
    rollouts: planned.rollouts.filter(({ service }) => !ids.has(service.id)),
    skipped: planned.skipped.filter(({ service }) => !ids.has(service.id)),
  };
}

/** One environment has been read and planned. */
export function read(stored: Planning, plan: EnvironmentPlan, planned: Planned, now: Date): PlanningStep {
  const done: EnvironmentPlan = { ...plan, status: 'planned', outage: null, skipped: planned.skipped };
  const rollouts = asDecided(stored.upgrade, planned.rollouts);
  return { upgrade: withPlan(stored, done, now), plans: [done], rollouts };
}

/** One environment cannot be read: tried again later, or given up when patience has run out. */
export function unread(
  stored: Planning,
  plan: EnvironmentPlan,
  why: Reason,
  now: Date,
  patienceMs: number,
): PlanningStep {
  const outage = outageAfter(plan.outage, why, now);
  const isOver = now.getTime() - outage.since.getTime() >= patienceMs;
  const tried: EnvironmentPlan = { ...plan, status: isOver ? 'failed' : 'pending', outage };
  return { upgrade: withPlan(stored, tried, now), plans: [tried], rollouts: [] };
}

/** One step after another, as one. */
export function together(
  stored: Planning,
  steps: readonly ((stored: Planning) => PlanningStep)[],
): PlanningStep {
  const nothing: PlanningStep = { upgrade: stored.upgrade, plans: [], rollouts: [] };
  return steps.reduce((before, step) => {
    const { upgrade, plans, rollouts } = step({
      upgrade: before.upgrade,
      pending: mergedPlans(stored.pending, before.plans).filter(({ status }) => status === 'pending'),
    });
    return {
      upgrade,
      plans: mergedPlans(before.plans, plans),
      rollouts: [...before.rollouts, ...rollouts],
    };
  }, nothing);
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

/** Somebody may have confirmed the upgrade since it was planned. */
function asDecided({ options: { confirm } }: Upgrade, rollouts: readonly Rollout[]): readonly Rollout[] {
  return rollouts.map((rollout) => (rollout.confirm === confirm ? rollout : { ...rollout, confirm }));
}

/** What was pending had not failed yet: its failures are added once, with its outcome. */
function withPlan({ upgrade, pending }: Planning, changed: EnvironmentPlan, now: Date): Upgrade {
  const left = mergedPlans(pending, [changed]).filter(({ status }) => status === 'pending');
  const tries = left.map(({ outage }) => (outage?.retryAt ?? now).getTime());
  const planAt = left.length > 0 ? new Date(Math.min(...tries)) : null;
  return { ...upgrade, planAt, failures: upgrade.failures + failuresOf(changed) };
}

function failuresOf({ status, skipped }: EnvironmentPlan): number {
  return (status === 'failed' ? 1 : 0) + skipped.filter(({ reason: { code } }) => isBlocking(code)).length;
}
