import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { UpdaterError } from '../../common/errors.js';
import { Slots } from '../../common/slots.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Environment } from '../../domain/service.js';
import type { EnvironmentPlan, Upgrade } from '../../domain/upgrade.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import type { UpgradeRecord } from '../../store/upgrade-store.js';
import { outageAfter } from '../pauses.js';
import { listed } from './planning-changes.js';
import { UpgradePlanner } from './upgrade.planner.js';

/** Previews are made so many at once; each lists every service. */
const AT_ONCE = 4;

/** Says what an upgrade would do, without doing it. */
@Injectable()
export class UpgradePreview {
  private readonly slots = new Slots(AT_ONCE);

  constructor(
    private readonly planner: UpgradePlanner,
    private readonly clock: Clock,
  ) {}

  /**
   * The plan of every selected environment; one that cannot be read does not hide the others.
   *
   * @throws UpdaterError `rancher.*` when none can be read, `store.*` when the store fails.
   */
  of(upgrade: Upgrade, signal: AbortSignal): Promise<UpgradeRecord> {
    return this.slots.take(() => this.preview(upgrade, signal));
  }

  private async preview(upgrade: Upgrade, signal: AbortSignal): Promise<UpgradeRecord> {
    const environments = await this.planner.environments(signal);
    if (environments.length === 0) return { upgrade: listed(upgrade, []).upgrade, plans: [], rollouts: [] };
    const previews = await Promise.all(
      environments.map((environment) => this.one(upgrade, environment, signal)),
    );
    const errors = previews.flatMap(({ error }) => (error ? [error] : []));
    if (errors[0] && errors.length === previews.length) throw errors[0];
    return {
      upgrade,
      plans: previews.map(({ plan }) => plan),
      rollouts: previews.flatMap(({ rollouts }) => rollouts),
    };
  }

  private async one(upgrade: Upgrade, environment: Environment, signal: AbortSignal): Promise<Preview> {
    const plan = { upgradeId: upgrade.id, environment };
    try {
      const { rollouts, skipped } = await this.planner.planClosely(upgrade, environment, signal);
      return { plan: { ...plan, status: 'planned', outage: null, skipped }, rollouts, error: null };
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      const outage = outageAfter(null, reasonOf(error), this.clock.now());
      return { plan: { ...plan, status: 'failed', outage, skipped: [] }, rollouts: [], error };
    }
  }
}

interface Preview {
  readonly plan: EnvironmentPlan;
  readonly rollouts: readonly Rollout[];
  readonly error: UpdaterError | null;
}
