import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Log } from '../common/log.js';
import { Turns } from '../common/turns.js';
import type { Notice, Rollout, Upgrade } from '../domain/upgrade.js';
import { NotifyService } from '../notify/notify.service.js';
import { UpgradeStore, type Change, type OutboxItem, type UpgradeRecord } from '../store/upgrade-store.js';
import { noticeOf } from './telling/notices.js';
import { mergedPlans, type PlanningStep } from './planning/planning-changes.js';
import { isEnded, isSettled, movingIn, statusOf, tallyOf } from './summary.js';

/**
 * Writes down what happened to an upgrade. What belongs together goes into one change: a rollout's outcome, the status it
 * gives its upgrade, and the notices that tell of it.
 */
@Injectable()
export class UpgradeRecorder {
  private readonly turns = new Turns();

  constructor(
    private readonly store: UpgradeStore,
    private readonly notify: NotifyService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Writes a rollout that has moved on from what is stored, and answers it as written. */
  rollout(before: Rollout, moved: Rollout): Promise<Rollout> {
    return this.turns.take(moved.upgradeId, async () => {
      const isLast = stopped(before, moved) && !(await this.othersMove(before));
      const settlement = isLast ? this.settlement(await this.recordWith(moved)) : {};
      await this.store.commit({ rollouts: [moved], ...settlement });
      this.say(settlement.upgrade);
      return { ...moved, version: moved.version + 1 };
    });
  }

  /** Writes one step of planning, chosen on the record as it is stored, and answers the step as written. */
  planned(upgradeId: string, choose: (stored: UpgradeRecord) => PlanningStep): Promise<PlanningStep> {
    return this.turns.take(upgradeId, async () => {
      const stored = await this.found(upgradeId);
      const step = choose(stored);
      const { upgrade = step.upgrade, outbox = [] } = this.settlement({
        upgrade: step.upgrade,
        plans: mergedPlans(stored.plans, step.plans),
        rollouts: [...stored.rollouts, ...step.rollouts],
      });
      await this.store.commit({ ...step, upgrade, outbox });
      if (upgrade !== step.upgrade) this.say(upgrade);
      return { ...step, upgrade };
    });
  }

  /** The record of an upgrade that was accepted. */
  async found(upgradeId: string): Promise<UpgradeRecord> {
    const record = await this.store.find(upgradeId);
    if (record) return record;
    throw new Error(`upgrade ${upgradeId} is not in the store`);
  }

  /** Whether other rollouts of the upgrade can still move by themselves. */
  private async othersMove(before: Rollout): Promise<boolean> {
    const self = movingIn(tallyOf([before]));
    return movingIn(await this.store.tally(before.upgradeId)) > self;
  }

  private async recordWith(moved: Rollout): Promise<UpgradeRecord> {
    const record = await this.found(moved.upgradeId);
    const rollouts = record.rollouts.map((rollout) => (rollout.id === moved.id ? moved : rollout));
    return { ...record, rollouts };
  }

  /** What is written besides when a record's status is another than it says: the upgrade, and notices once it settles. */
  private settlement(record: UpgradeRecord): Pick<Change, 'upgrade' | 'outbox'> {
    const { upgrade } = record;
    const status = statusOf(upgrade, tallyOf(record.rollouts));
    if (status === upgrade.status) return {};
    const now = this.clock.now();
    const settled = { ...upgrade, status, finishedAt: isEnded(status) ? now : null };
    const isFirst = isSettled(status) && !isSettled(upgrade.status);
    const notice = isFirst ? noticeOf({ ...record, upgrade: settled }) : null;
    return { upgrade: settled, outbox: notice ? this.outboxOf(notice, now) : [] };
  }

  private say(upgrade: Upgrade | undefined): void {
    if (!upgrade) return;
    const { id, image, status, requestId } = upgrade;
    this.log.info(`${image}: ${status}`, { upgrade: id, image, status, request: requestId });
  }

  private outboxOf(notice: Notice, now: Date): readonly OutboxItem[] {
    const fresh = { payload: notice, createdAt: now, attempts: 0, dueAt: now };
    return this.notify.channels().map((channel) => ({ id: randomUUID(), channel, ...fresh }));
  }
}

/** Whether this move ends what the rollout does by itself. */
function stopped(before: Rollout, moved: Rollout): boolean {
  return before.status !== moved.status && movingIn(tallyOf([moved])) === 0;
}
