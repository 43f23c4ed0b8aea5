import type { Step, UpgradeRecord } from './notice-evidence.js';

const FAILING: ReadonlySet<string> = new Set(['failed', 'rolling_back', 'rolled_back', 'rollback_failed']);
const MOVING: ReadonlySet<string> = new Set(['queued', 'upgrading', 'finishing', 'rolling_back']);

/**
 * The step of which people are told at once, before the upgrade has ended: the first service that has failed, while others
 * are under way. undefined: there is none, or nobody can say, for a service that was skipped before can have been a failure.
 */
export function earlyWordOf({ steps }: UpgradeRecord): Step | undefined {
  const first = steps.find(({ status }) => FAILING.has(status) || status === 'skipped');
  if (first === undefined || first.status === 'skipped') return undefined;
  const before = steps.filter(({ entry, rollout }) => entry < first.entry && rollout !== first.rollout);
  const stand = new Map(before.map(({ rollout, status }) => [rollout, status]));
  return [...stand.values()].some((status) => MOVING.has(status)) ? first : undefined;
}
