import { Injectable } from '@nestjs/common';
import { mapInFews } from '../../common/breath.js';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { Log, type Fields, type LogLevel } from '../../common/log.js';
import { failureFields } from '../../common/recurring-trouble.js';
import { SharedWork } from '../../common/shared-work.js';
import { BUG, isBlocking, type Reason, type ReasonCode } from '../../domain/reasons.js';
import type { Outage, Rollout } from '../../domain/rollout.js';
import type { Environment } from '../../domain/service.js';
import type { EnvironmentPlan, Upgrade } from '../../domain/upgrade.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { PlanWrites } from './plan-writes.js';
import { abandoned, listed, unlisted, unread, unwritten } from './planning-changes.js';
import { UpgradePlanner, type Planned } from './upgrade.planner.js';
import { originFields } from '../origin.js';
import { Superseding } from '../rollouts/superseding.js';
import { UpgradeRecorder } from '../recording/upgrade.recorder.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** The environments to be read now; `fresh`: all there are, where that is not stored yet; `written`: the upgrade's rollouts. */
interface Due {
  readonly plans: readonly EnvironmentPlan[];
  readonly fresh: readonly Environment[];
  readonly written: readonly Rollout[];
}

const NOTHING_DUE: Due = { plans: [], fresh: [], written: [] };

/** What those that plan an upgrade's environments at the same time share. */
interface Shared {
  readonly written: readonly Rollout[];
  readonly writes: PlanWrites;
  readonly superseding: SharedWork;
}

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
      const { plans, fresh, written } = await this.due(upgrade, signal);
      const writes = new PlanWrites(fresh, async (choose) => {
        return (await this.recorder.planned(upgrade.id, choose)) !== null;
      });
      const superseding = new SharedWork(
        () => this.superseding.by(upgrade.id),
        () => false,
      );
      const shared = { written, writes, superseding };
      await allEnded(plans.map((plan) => this.planOne(upgrade, plan, shared, signal)));
    } catch (error) {
      if (error instanceof UpdaterError) throw error;
      const ended = this.recorder.planned(upgrade.id, (stored) =>
        abandoned(stored.upgrade, this.clock.now()),
      );
      await ended.catch(() => undefined);
      throw error;
    }
  }

  /** What is to be read now; where nothing is listed yet, Rancher is asked for it. */
  private async due(upgrade: Upgrade, signal: AbortSignal): Promise<Due> {
    const { pending, upgrade: before, tally } = await this.recorder.standing(upgrade.id);
    if (pending.length > 0) {
      const plans = pending.filter((plan) => isDue(plan, this.clock.now()));
      const written = tally.length > 0 ? (await this.recorder.recorded(upgrade.id)).rollouts : [];
      return { plans, fresh: [], written };
    }
    const environments = await attempt(() => this.planner.environments(signal));
    if (signal.aborted) return NOTHING_DUE;
    const about = fields(upgrade);
    this.sayTrouble('Rancher cannot be asked for its environments', before.outage, environments, about);
    if (environments.ok && environments.value.length > 0) {
      return { plans: listed(before, environments.value).plans, fresh: environments.value, written: [] };
    }
    await this.recorder.planned(upgrade.id, (stored) =>
      environments.ok
        ? listed(stored.upgrade, [])
        : unlisted(stored.upgrade, environments.reason, this.clock.now(), this.settings.patienceMs),
    );
    return NOTHING_DUE;
  }

  private async planOne(
    upgrade: Upgrade,
    plan: EnvironmentPlan,
    { written, writes, superseding }: Shared,
    signal: AbortSignal,
  ): Promise<void> {
    const tried = await this.tryPlan(upgrade, plan, signal);
    if (signal.aborted) return;
    const now = this.clock.now();
    const patienceMs = !tried.ok && tried.reason === BUG ? 0 : this.settings.patienceMs;
    const isWritten = tried.ok
      ? await writes.writePlan(plan, unwritten(tried.value, plan, written), now, signal)
      : await writes.write((stored) => unread(stored, plan, tried.reason, now, patienceMs));
    if (!isWritten) return;
    const environment = plan.environment.name;
    this.sayTrouble('the environment cannot be read', plan.outage, tried, {
      ...fields(upgrade),
      environment,
    });
    if (!tried.ok) return;
    if (tried.value.rollouts.length > 0) await superseding.done();
    await this.say(upgrade, environment, tried.value);
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
      if (isRancherFailure(error)) return failed(error);
      if (error instanceof UpdaterError) throw error;
      const about = { ...fields(upgrade), environment: environment.name };
      this.log.error('planning failed', { ...about, ...failureFields(error) });
      return { ok: false, reason: BUG, isLogged: false };
    }
  }

  /**
   * Once for each reason, and once when it is over; what was said before is what is stored, also after a restart. What is
   * logged as Rancher's trouble already is not told of each upgrade that waits for it, except for debugging.
   */
  private sayTrouble(message: string, before: Outage | null, tried: Attempted<unknown>, about: Fields): void {
    if (tried.ok) {
      if (before) this.log.debug(`over: ${message}`, about);
    } else if (before?.reason.message !== tried.reason.message) {
      this.log[tried.isLogged ? 'debug' : 'warn'](message, {
        ...about,
        code: tried.reason.code,
        reason: tried.reason.message,
      });
    }
  }

  private async say(upgrade: Upgrade, environment: string, { rollouts, skipped }: Planned): Promise<void> {
    const log = this.log.with({ ...fields(upgrade), environment });
    log.info(`planned: ${rollouts.length} to upgrade, ${skipped.length} left`);
    await mapInFews(skipped, ({ stack, service, running, reason: { code, message } }) => {
      const about = { service: `${stack.name}/${service.name}`, running, code, reason: message };
      log[levelOf(code)](`${service.name}: left as it is`, about);
    });
  }
}

/** What is in the way of an upgrade has somebody look at it; what has not opted in is no news. */
function levelOf(code: ReasonCode): LogLevel {
  if (isBlocking(code)) return 'warn';
  return code === 'label.off' ? 'debug' : 'info';
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
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: Reason; readonly isLogged: boolean };

async function attempt<T>(ask: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (!isRancherFailure(error)) throw error;
    return failed(error);
  }
}

function failed(error: UpdaterError): Attempted<never> {
  return { ok: false, reason: reasonOf(error), isLogged: error.details.isLogged === true };
}

function fields(upgrade: Upgrade): Fields {
  return { upgrade: upgrade.id, image: upgrade.image, ...originFields(upgrade) };
}
