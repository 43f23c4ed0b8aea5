import type { Rollout } from '../../domain/rollout.js';
import type { EnvironmentPlan, Upgrade } from '../../domain/upgrade.js';
import type { Standing } from '../../store/upgrade-store.js';

/** What a step of planning is chosen on. */
export type Planning = Pick<Standing, 'upgrade' | 'pending'>;

/** What one step of planning changes in an upgrade's record. */
export interface PlanningStep {
  readonly upgrade: Upgrade;
  readonly plans: readonly EnvironmentPlan[];
  readonly rollouts: readonly Rollout[];
}

/** The plans, with those that have changed in their places. */
export function mergedPlans(
  plans: readonly EnvironmentPlan[],
  changed: readonly EnvironmentPlan[],
): readonly EnvironmentPlan[] {
  const known = new Map(plans.map((plan) => [environmentKey(plan), plan]));
  for (const plan of changed) known.set(environmentKey(plan), plan);
  return [...known.values()];
}

function environmentKey({ environment: { backend, id } }: EnvironmentPlan): string {
  return JSON.stringify([backend, id]);
}
