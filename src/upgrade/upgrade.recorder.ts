import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mapInFews } from '../common/breath.js';
import { Clock } from '../common/clock.js';
import { Log, type LogLevel } from '../common/log.js';
import { Turns } from '../common/turns.js';
import type { Reason } from '../domain/reasons.js';
import type { NewEntry, Notice, Rollout, TallyRow, Upgrade, UpgradeStatus } from '../domain/upgrade.js';
import { NotifyService } from '../notify/notify.service.js';
import {
  UpgradeStore,
  type Change,
  type OutboxItem,
  type Standing,
  type UpgradeRecord,
} from '../store/upgrade-store.js';
import { limitOf, type Hindrance } from './gates.js';
import { holdsAfter, liftedBy } from './holding.js';
import { firstFailureOf, noticeOf, reminderOf } from './telling/notices.js';
import { mergedPlans, type Planning, type PlanningStep } from './planning/planning-changes.js';
import {
  failedIn,
  isEnded,
  isFailure,
  isSettled,
  messageOf,
  movingIn,
  statusOf,
  tallyOf,
  without,
} from './summary.js';

/** What somebody has to look at shows in the log by its level. */
const LEVELS: Partial<Record<UpgradeStatus, LogLevel>> = {
  failed: 'error',
  partly_failed: 'error',
  cancelled: 'warn',
};

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

  /** Writes a rollout that has moved on from what is stored, with what there is to say, and answers it as written. */
  rollout(before: Rollout, moved: Rollout, said: Said | null): Promise<Rollout> {
    return this.turns.take(moved.upgradeId, () => this.write(before, moved, said));
  }

  /** Writes that a rollout's start is about to be asked for, unless its upgrade as a whole hinders it. */
  begin(before: Rollout, moved: Rollout, said: Said): Promise<Rollout | { readonly hindered: Hindrance }> {
    return this.turns.take(moved.upgradeId, async () => {
      const hindered = limitOf(without(await this.standing(moved.upgradeId), before));
      return hindered ? { hindered } : this.write(before, moved, said);
    });
  }

  /** Writes one step of planning, chosen on where the upgrade stands, and answers the step as written; null: none is. */
  planned(
    upgradeId: string,
    choose: (stored: Planning) => PlanningStep | null,
  ): Promise<PlanningStep | null> {
    return this.turns.take(upgradeId, async () => {
      const stored = await this.standing(upgradeId);
      const step = stored.upgrade.cancelledAt ? null : choose(stored);
      if (!step) return null;
      const tally = [...stored.tally, ...tallyOf(step.rollouts)];
      const settlement = await this.settlement(step.upgrade, tally, async () => {
        const { plans, rollouts } = await this.found(upgradeId);
        return { plans: mergedPlans(plans, step.plans), rollouts: [...rollouts, ...step.rollouts] };
      });
      const { upgrade = step.upgrade, journal = [] } = settlement;
      const queued = await mapInFews(step.rollouts, (rollout) =>
        this.entry(rollout, { message: `planned: ${rollout.to}`, reason: rollout.reason }),
      );
      const change = { ...step, ...settlement, upgrade, journal: [...queued, ...journal] };
      const written = await this.store.commit(change);
      if (upgrade !== step.upgrade) this.say(upgrade, journal);
      return { ...step, upgrade: written.upgrade ?? upgrade };
    });
  }

  /** Writes an upgrade as `choose` makes it of where it stands; null: it stays. Answers whether it was written. */
  upgrade(upgradeId: string, choose: (stored: Standing) => Upgrade | null): Promise<boolean> {
    return this.turns.take(upgradeId, async () => {
      const standing = await this.standing(upgradeId);
      const chosen = choose(standing);
      if (!chosen) return false;
      const settlement = await this.settlement(chosen, standing.tally, () => this.found(upgradeId));
      const { upgrade = chosen, ...more } = settlement;
      await this.store.commit({ upgrade, ...more });
      if (upgrade !== chosen) this.say(upgrade, more.journal);
      return true;
    });
  }

  /** The record of an upgrade that was accepted. */
  async found(upgradeId: string): Promise<UpgradeRecord> {
    const record = await this.store.find(upgradeId);
    if (record) return record;
    throw unknown(upgradeId);
  }

  /** Where an upgrade that was accepted stands. */
  async standing(upgradeId: string): Promise<Standing> {
    const standing = await this.store.standing(upgradeId);
    if (standing) return standing;
    throw unknown(upgradeId);
  }

  private async write(before: Rollout, moved: Rollout, said: Said | null): Promise<Rollout> {
    const change = {
      rollouts: [moved],
      journal: said ? [this.entry(moved, said)] : [],
      holds: holdsAfter(before, moved, this.clock.now()),
      lifted: liftedBy(before, moved, await this.holdsOf(moved)),
    };
    const more = await this.consequences(before, moved);
    const journal = [...change.journal, ...(more.journal ?? [])];
    const { rollouts: [written = moved] = [] } = await this.store.commit({ ...change, ...more, journal });
    this.say(more.upgrade, more.journal);
    return written;
  }

  /** What a rollout's step means for its upgrade, and whom to tell. */
  private async consequences(before: Rollout, moved: Rollout): Promise<Consequences> {
    const isNothing = isMoving(before) && isMoving(moved) && !isFailing(moved);
    const isReminder = moved.reminders > before.reminders;
    if (!isReminder && (before.status === moved.status || isNothing)) return {};
    const { upgrade, tally: others } = without(await this.standing(moved.upgradeId), before);
    if (isReminder) return this.telling(reminderOf(upgrade, moved));
    const whole = () => this.recordWith(moved);
    const settlement = await this.settlement(upgrade, [...others, ...tallyOf([moved])], whole);
    if (settlement.upgrade) return settlement;
    const goesOn = movingIn(others) > 0 || upgrade.planAt !== null;
    const fails = isFailure(moved.status, moved.reason?.code ?? null) || isFailing(moved);
    const isFirst =
      goesOn && fails && failedIn([...others, ...tallyOf([before])]) === 0 && !isFailing(before);
    return isFirst ? this.telling(firstFailureOf(await whole(), moved)) : {};
  }

  /** Only what is finished can make a hold obsolete. */
  private async holdsOf({ status, service }: Rollout) {
    return status === 'finished' ? this.store.holds(service) : [];
  }

  private async recordWith(moved: Rollout): Promise<UpgradeRecord> {
    const record = await this.found(moved.upgradeId);
    const rollouts = record.rollouts.map((rollout) => (rollout.id === moved.id ? moved : rollout));
    return { ...record, rollouts };
  }

  /**
   * What is written besides when an upgrade's status is another than it says: the upgrade, and notices once it settles.
   * `load`: what came of it, as it is after this.
   */
  private async settlement(
    upgrade: Upgrade,
    tally: readonly TallyRow[],
    load: () => Promise<Omit<UpgradeRecord, 'upgrade'>>,
  ): Promise<Consequences> {
    const status = statusOf(upgrade, tally);
    if (status === upgrade.status) return {};
    const now = this.clock.now();
    const settled = { ...upgrade, status, finishedAt: isEnded(status) ? now : null };
    const whole = { ...(await load()), upgrade: settled };
    const isNews = isSettled(status) && (!isSettled(upgrade.status) || isBad(status));
    const message = messageOf(whole);
    const entry = { at: now, upgradeId: upgrade.id, rolloutId: null, status, message, reason: null };
    return {
      upgrade: settled,
      journal: [entry],
      ...this.telling(isNews ? noticeOf(whole) : null),
    };
  }

  private telling(notice: Notice | null): Pick<Change, 'outbox'> {
    return notice ? { outbox: this.outboxOf(notice, this.clock.now()) } : {};
  }

  private entry(rollout: Rollout, { message, reason }: Said): NewEntry {
    const { upgradeId, id, status } = rollout;
    return {
      at: this.clock.now(),
      upgradeId,
      rolloutId: id,
      status,
      message,
      reason: reason ?? null,
    };
  }

  private say(upgrade: Upgrade | undefined, journal: readonly NewEntry[] = []): void {
    if (!upgrade) return;
    const { id, image, status, requestId } = upgrade;
    const summary = journal.find(({ rolloutId }) => rolloutId === null)?.message;
    this.log[LEVELS[status] ?? 'info'](`${image}: ${status}`, {
      upgrade: id,
      image,
      status,
      summary,
      request: requestId,
    });
  }

  private outboxOf(notice: Notice, now: Date): readonly OutboxItem[] {
    const fresh = { payload: notice, createdAt: now, attempts: 0, dueAt: now };
    return this.notify.channels().map((channel) => ({ id: randomUUID(), channel, ...fresh }));
  }
}

function unknown(upgradeId: string): Error {
  return new Error(`upgrade ${upgradeId} is not in the store`);
}

/** It has failed, and is being taken back. */
function isFailing({ status, undoing }: Rollout): boolean {
  const isAsked = undoing?.because.code === 'rollout.rollback_asked';
  return status === 'rolling_back' && undoing?.as === 'rolled_back' && !isAsked;
}

/** What people are told of though they were told before that the upgrade awaits confirmation. */
function isBad(status: UpgradeStatus): boolean {
  return status !== 'awaiting_confirmation' && status !== 'succeeded';
}

function isMoving(rollout: Rollout): boolean {
  return movingIn(tallyOf([rollout])) > 0;
}

/** What there is to say about a step: for the rollout's history, and for who listens. */
export interface Said {
  readonly message: string;
  readonly reason?: Reason | null;
}

type Consequences = Pick<Change, 'upgrade' | 'outbox' | 'journal'>;
