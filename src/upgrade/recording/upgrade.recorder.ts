import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mapInFews } from '../../common/breath.js';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import type { NewAuditEntry } from '../../domain/audit.js';
import type { Reason } from '../../domain/reasons.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { NewEntry, Upgrade } from '../../domain/upgrade.js';
import { NotifyService } from '../../notify/notify.service.js';
import { notStored } from '../../store/not-stored.js';
import {
  UpgradeStore,
  type Change,
  type Choose,
  type Standing,
  type UpgradeRecord,
  type Written,
} from '../../store/upgrade-store.js';
import { consequencesOf, meansNothing, settlementOf, type Telling } from './consequences.js';
import { limitOf, type Hindrance } from './limits.js';
import { holdsAfter, liftedBy } from '../holds/hold-changes.js';
import { mergedPlans, type Planning, type PlanningStep } from './planning-step.js';
import { sayAsked, sayOutcome } from './outcome-lines.js';
import { tallyOf, without } from '../summary.js';
import { UnknownChannels } from '../telling/unknown-channels.js';

/**
 * Writes down what happened to an upgrade. What belongs together goes into one change: a rollout's outcome, the status it
 * gives its upgrade, and the notices that tell of it. What depends on the rest of the upgrade is chosen on what is stored
 * when it is written, so that however many write at once, none misses another.
 */
@Injectable()
export class UpgradeRecorder {
  private readonly unknown: UnknownChannels;

  constructor(
    private readonly store: UpgradeStore,
    private readonly notify: NotifyService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.unknown = new UnknownChannels(log);
  }

  /**
   * Writes a rollout that has moved on from what is stored, with what there is to say, and answers it as written. `tell`
   * gets it too, before the log says what has become of its upgrade by it.
   */
  async rollout(
    before: Rollout,
    moved: Rollout,
    said: Said | null,
    tell: (written: Rollout) => void,
  ): Promise<Rollout> {
    const isFinished = moved.status === 'finished';
    const change = this.stepOf(before, moved, said, isFinished ? await this.store.holds(moved.service) : []);
    const { written, chosen } = meansNothing(before, moved)
      ? { written: await this.store.commit(change), chosen: null }
      : await this.commitOn(moved.upgradeId, async (stored, find) => {
          const more = await consequencesOf([before, moved], stored, find, this.telling());
          const journal = [...(change.journal ?? []), ...(more.journal ?? [])];
          const tally = [...without(stored, before).tally, ...tallyOf([moved])];
          return { change: { ...change, ...more, journal }, tally };
        });
    const rollout = rolloutIn(written, moved);
    tell(rollout);
    sayOutcome(this.log, written, chosen?.tally ?? []);
    return rollout;
  }

  /** Writes that a rollout's start is about to be asked for, unless its upgrade as a whole hinders it. */
  async begin(
    before: Rollout,
    moved: Rollout,
    said: Said,
  ): Promise<Rollout | { readonly hindered: Hindrance }> {
    const change = this.stepOf(before, moved, said, []);
    const { written, chosen } = await this.commitOn(moved.upgradeId, async (stored) => {
      const hindered = limitOf(without(stored, before));
      return { change: hindered ? null : change, hindered };
    });
    return chosen?.hindered ? { hindered: chosen.hindered } : rolloutIn(written, moved);
  }

  /** Writes one step of planning, chosen on where the upgrade stands, and answers the step; null: planning is called off. */
  async planned(upgradeId: string, choose: (stored: Planning) => PlanningStep): Promise<PlanningStep | null> {
    const { written, chosen } = await this.commitOn(upgradeId, async (stored, find) => {
      if (stored.upgrade.cancelledAt) return null;
      const step = choose(stored);
      const { upgrade, plans, rollouts } = step;
      const tally = [...stored.tally, ...tallyOf(rollouts)];
      const whole = async () => {
        const record = await find();
        return {
          plans: mergedPlans(record.plans, plans),
          rollouts: [...record.rollouts, ...rollouts],
        };
      };
      const { journal = [], ...more } = await settlementOf(upgrade, tally, whole, this.telling());
      const queued = await mapInFews(rollouts, (rollout) =>
        this.entry(rollout, { message: `planned: ${rollout.to}`, reason: rollout.reason }),
      );
      return { change: { upgrade, plans, rollouts, ...more, journal: [...queued, ...journal] }, tally, step };
    });
    sayOutcome(this.log, written, chosen?.tally ?? []);
    if (written) this.unknown.look(written, this.notify.channels());
    return chosen && chosen.step;
  }

  /**
   * Writes what `choose` makes of the stored upgrade, with the audit `entry`; writes nothing if that is null. Answers
   * whether it was written.
   */
  async decided(entry: NewAuditEntry, choose: (stored: Standing) => Upgrade | null): Promise<boolean> {
    const { written, chosen } = await this.commitOn(entry.upgradeId, async (stored, find) => {
      const upgrade = choose(stored);
      if (!upgrade) return null;
      const more = await settlementOf(upgrade, stored.tally, find, this.telling());
      return { change: { upgrade, audit: [entry], ...more }, tally: stored.tally };
    });
    if (written) sayAsked(this.log, entry);
    sayOutcome(this.log, written, chosen?.tally ?? []);
    return written !== null;
  }

  /** Writes that somebody has asked for something. */
  async asked(entry: NewAuditEntry): Promise<void> {
    await this.store.commit({ audit: [entry] });
    sayAsked(this.log, entry);
  }

  /** The record of an upgrade that was accepted. */
  async recorded(upgradeId: string): Promise<UpgradeRecord> {
    const record = await this.store.find(upgradeId);
    if (record) return record;
    throw notStored(upgradeId);
  }

  /** Where an upgrade that was accepted stands. */
  async standing(upgradeId: string): Promise<Standing> {
    const standing = await this.store.standing(upgradeId);
    if (standing) return standing;
    throw notStored(upgradeId);
  }

  /** What is written of a rollout's step by itself. `held`: what is held back from its service, where it is finished. */
  private stepOf(before: Rollout, moved: Rollout, said: Said | null, held: readonly Hold[]): Change {
    return {
      rollouts: [moved],
      journal: said ? [this.entry(moved, said)] : [],
      holds: holdsAfter(before, moved, this.clock.now()),
      lifted: liftedBy(before, moved, held),
    };
  }

  /** Writes the change that is chosen on what is stored, and answers it as written, with all that was chosen. */
  private async commitOn<Chosen extends { readonly change: Change | null }>(
    upgradeId: string,
    choose: (...asked: Parameters<Choose>) => Promise<Chosen | null>,
  ): Promise<{ readonly written: Written | null; readonly chosen: Chosen | null }> {
    let chosen: Chosen | null = null;
    const written = await this.store.commitOn(upgradeId, async (stored, find) => {
      chosen = await choose(stored, find);
      return chosen && chosen.change;
    });
    return { written, chosen };
  }

  private telling(): Telling {
    return { now: this.clock.now(), channels: this.notify.channels(), newId: randomUUID };
  }

  private entry(rollout: Rollout, { message, reason }: Said): NewEntry {
    const { upgradeId, id, status } = rollout;
    return { at: this.clock.now(), upgradeId, rolloutId: id, status, message, reason: reason ?? null };
  }
}

function rolloutIn(written: Written | null, moved: Rollout): Rollout {
  return written?.rollouts?.[0] ?? moved;
}

/** What there is to say about a step: for the rollout's history, and for who listens. */
export interface Said {
  readonly message: string;
  readonly reason?: Reason | null;
}
