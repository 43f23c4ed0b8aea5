import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { Log, type Fields } from '../../common/log.js';
import { failureFields } from '../../common/recurring-trouble.js';
import { BUG, type Reason } from '../../domain/reasons.js';
import type { EnvironmentPlan, Outage, Upgrade } from '../../domain/upgrade.js';
import { reasonOf } from '../../rancher/reason-of.js';
import { abandoned, listed, read, unlisted, unread, type PlanningStep } from './planning-changes.js';
import { UpgradePlanner, type Planned } from './upgrade.planner.js';
import { Superseding } from '../rollouts/superseding.js';
import { UpgradeRecorder } from '../upgrade.recorder.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** Carries the planning of an upgrade: every environment is read once; one that cannot be read does not stop the others. */
@Injectable()
export class PlanningRunner {
  constructor(
    private readonly planner: UpgradePlanner,
    private readonly recorder: UpgradeRecorder,
    private readonly superseding: Superseding,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Ends when each environment is planned, given up, or written down to be tried again, or when the signal is aborted.
   * Throws as a rollout's runner.
   */
  async run(upgrade: Upgrade, signal: AbortSignal): Promise<void> {
    try {
      const pending = await this.pending(upgrade, signal);
      await allEnded(pending.map((plan) => this.planOne(upgrade, plan, signal)));
    } catch (error) {
      if (error instanceof UpdaterError) throw error;
      const ended = this.recorder.planned(upgrade.id, (stored) =>
        abandoned(stored.upgrade, this.clock.now()),
      );
      await ended.catch(() => undefined);
      throw error;
    }
  }

  private async pending(upgrade: Upgrade, signal: AbortSignal): Promise<readonly EnvironmentPlan[]> {
    const { plans, upgrade: before } = await this.recorder.found(upgrade.id);
    if (plans.length > 0) return plans.filter((plan) => isDue(plan, this.clock.now()));
    const environments = await attempt(() => this.planner.environments(signal));
    if (signal.aborted) return [];
    const step = (stored: Upgrade): PlanningStep =>
      environments.ok
        ? listed(stored, environments.value)
        : unlisted(stored, environments.reason, this.clock.now(), this.settings.patienceMs);
    const written = await this.recorder.planned(upgrade.id, (record) => step(record.upgrade));
    this.sayTrouble(
      'Rancher cannot be asked for its environments',
      before.outage,
      environments,
      fields(upgrade),
    );
    return written.plans;
  }

  private async planOne(upgrade: Upgrade, plan: EnvironmentPlan, signal: AbortSignal): Promise<void> {
    const planned = await this.tryPlan(upgrade, plan, signal);
    if (signal.aborted) return;
    const now = this.clock.now();
    const patienceMs = !planned.ok && planned.reason === BUG ? 0 : this.settings.patienceMs;
    const step = await this.recorder.planned(upgrade.id, (record) =>
      planned.ok
        ? read(record, plan, planned.value, now)
        : unread(record, plan, planned.reason, now, patienceMs),
    );
    if (step.plans.length === 0) return;
    const environment = plan.environment.name;
    const about = { ...fields(upgrade), environment };
    this.sayTrouble('the environment cannot be read', plan.outage, planned, about);
    if (!planned.ok) return;
    this.say(upgrade, environment, planned.value);
    await this.superseding.by(planned.value.rollouts);
  }

  /** A bug that shows in one environment ends the planning of that one alone. */
  private async tryPlan(
    upgrade: Upgrade,
    { environment }: EnvironmentPlan,
    signal: AbortSignal,
  ): Promise<Attempted<Planned>> {
    try {
      return { ok: true, value: await this.planner.plan(upgrade, environment, signal) };
    } catch (error) {
      if (error instanceof UpdaterError) return { ok: false, reason: reasonOf(error) };
      const about = { ...fields(upgrade), environment: environment.name };
      this.log.error('planning failed', { ...about, ...failureFields(error) });
      return { ok: false, reason: BUG };
    }
  }

  /** Once for each reason, and once when it is over; what was said before is what is stored, also after a restart. */
  private sayTrouble(message: string, before: Outage | null, tried: Attempted<unknown>, about: Fields): void {
    if (tried.ok) {
      if (before) this.log.info(`over: ${message}`, about);
    } else if (before?.reason.message !== tried.reason.message) {
      this.log.warn(message, { ...about, code: tried.reason.code, reason: tried.reason.message });
    }
  }

  private say(upgrade: Upgrade, environment: string, { rollouts, skipped }: Planned): void {
    this.log.info(`planned: ${rollouts.length} to upgrade, ${skipped.length} left`, {
      ...fields(upgrade),
      environment,
    });
    for (const { stack, service, running, reason } of skipped) {
      const level = reason.code === 'label.off' ? 'debug' : 'info';
      const who = { environment, service: `${stack.name}/${service.name}`, running };
      this.log[level](`left as it is: ${reason.message}`, { ...fields(upgrade, reason), ...who });
    }
  }
}

/** Whether an environment is to be read now. */
function isDue({ status, outage }: EnvironmentPlan, now: Date): boolean {
  return status === 'pending' && (outage === null || outage.retryAt <= now);
}

/** Fails as one of the works does, but not before all have ended: what still went on would be begun a second time. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

type Attempted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason };

async function attempt<T>(ask: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (!(error instanceof UpdaterError)) throw error;
    return { ok: false, reason: reasonOf(error) };
  }
}

function fields(upgrade: Upgrade, reason?: Reason): Fields {
  const why = reason ? { code: reason.code, reason: reason.message } : {};
  return { upgrade: upgrade.id, image: upgrade.image, request: upgrade.requestId, ...why };
}
