import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { isBegun } from '../domain/activity.js';
import type { NewAuditEntry } from '../domain/audit.js';
import type { Origin } from '../domain/caller.js';
import { reason, type Reason } from '../domain/reasons.js';
import type { Rollout } from '../domain/rollout.js';
import type { Service } from '../domain/service.js';
import { RancherService } from '../rancher/rancher.service.js';
import { UpgradeStore, type UpgradeRecord } from '../store/upgrade-store.js';
import { foundUpgrade, notFound } from './found-upgrade.js';
import { bearingOf, possible, type Command } from './judging/bearing.js';
import { askedBy, auditEntry } from './origin.js';
import { settle } from './rollouts/move.js';
import { RollbackMove, type Undo } from './rollouts/rollback.move.js';
import { confirmed, settled } from './rollouts/rollout-changes.js';
import { RolloutWriter } from './rollouts/rollout.writer.js';
import { UpgradeEngine } from './upgrade.engine.js';
import { UpgradeRecorder } from './recording/upgrade.recorder.js';

const WORDS: Readonly<Record<Command, string>> = {
  confirm: 'confirm',
  rollback: 'roll back',
  cancel: 'cancel',
};

/** Decides later: what was accepted is confirmed, rolled back or cancelled, as a whole or one rollout of it. */
@Injectable()
export class UpgradeCommands {
  constructor(
    private readonly store: UpgradeStore,
    private readonly rancher: RancherService,
    private readonly recorder: UpgradeRecorder,
    private readonly writer: RolloutWriter,
    private readonly rollbacks: RollbackMove,
    private readonly engine: UpgradeEngine,
    private readonly clock: Clock,
  ) {}

  /**
   * Carries a command of somebody (`by`) out on every rollout for which it makes sense, or on the one that is named; what it
   * starts goes on by itself. What is done already is left as it is. Answers the upgrade, and whether anything of it was
   * changed.
   *
   * @throws UpdaterError `request.not_found`; `request.conflict`: it makes no sense for any of them, or no longer does;
   *   `rancher.*`: a service to be rolled back cannot be looked at, and stays as it is. The others are dealt with all the
   *   same.
   */
  async carryOut(
    command: Command,
    upgradeId: string,
    by: Origin,
    rolloutId?: string,
  ): Promise<{ readonly record: UpgradeRecord; readonly isChanged: boolean }> {
    const asked = await foundUpgrade(this.store, upgradeId);
    const only = rolloutId === undefined ? undefined : chosenIn(asked, rolloutId)[0];
    const entry = this.audited(command, asked, by, only);
    const isWholeChanged = rolloutId === undefined && (await this.decideWhole(command, entry));
    const chosen = chosenIn(await foundUpgrade(this.store, upgradeId), rolloutId);
    const concerned = chosen.filter((rollout) => bearingOf(command, rollout) === 'do').toSorted(queuedFirst);
    if (concerned.length === 0 && !isWholeChanged) refuseUnlessDone(command, chosen);
    // Before anything is done: what is done by somebody is never missing there.
    if (concerned.length > 0 && !isWholeChanged) await this.recorder.asked(entry);
    const outcomes: (UpdaterError | boolean)[] = [];
    for (const { id } of concerned) outcomes.push(await this.attempt(command, id, by));
    const failure = outcomes.find((outcome) => outcome instanceof UpdaterError);
    if (failure) throw failure;
    const record = await foundUpgrade(this.store, upgradeId);
    if (command !== 'confirm') refuseWhereBegun(chosenIn(record, rolloutId));
    const isChanged = isWholeChanged || outcomes.includes(true);
    if (!isChanged) refuseUnlessDone(command, chosenIn(record, rolloutId));
    return { record, isChanged };
  }

  /** What is still to be planned or to be started is decided with the upgrade; answers whether that changes anything. */
  private decideWhole(command: Command, entry: NewAuditEntry): Promise<boolean> {
    return this.recorder.decided(entry, ({ upgrade, tally }) => {
      const { planAt, options, cancelledAt } = upgrade;
      if (command === 'confirm') {
        const isOpen = planAt !== null && !options.confirm;
        return isOpen ? { ...upgrade, options: { ...options, confirm: true } } : null;
      }
      const isOpen = planAt !== null || tally.some(({ status }) => status === 'queued');
      return isOpen && !cancelledAt ? { ...upgrade, planAt: null, cancelledAt: this.clock.now() } : null;
    });
  }

  /** Answers whether anything was done, or why it cannot be: that keeps no other from it. */
  private async attempt(command: Command, id: string, by: Origin): Promise<UpdaterError | boolean> {
    try {
      return await this.engine.instead(id, () => this.one(command, id, by));
    } catch (error) {
      if (error instanceof UpdaterError) return error;
      throw error;
    }
  }

  private audited(command: Command, { upgrade }: UpgradeRecord, by: Origin, only?: Rollout): NewAuditEntry {
    const about = { upgradeId: upgrade.id, image: upgrade.image, ...(only && placeOf(only)) };
    return auditEntry(command, by, this.clock.now(), about);
  }

  /** Decides again on what is stored now, when nobody else has it in hand; answers whether it is still to be done. */
  private async one(command: Command, id: string, by: Origin): Promise<boolean> {
    const rollout = await this.store.rollout(id);
    if (!rollout || bearingOf(command, rollout) !== 'do') return false;
    return this.decide(command, rollout, by).then(() => true);
  }

  private decide(command: Command, rollout: Rollout, by: Origin): Promise<void> {
    if (command === 'confirm') return this.confirm(rollout, by);
    const isCancel = command === 'cancel';
    const because = reason(isCancel ? 'rollout.cancel_asked' : 'rollout.rollback_asked', askedBy(by));
    if (rollout.status === 'queued') return this.drop(rollout, because);
    return this.undo(rollout, { because, holds: !isCancel, as: isCancel ? 'cancelled' : 'rolled_back' });
  }

  private async confirm(rollout: Rollout, by: Origin): Promise<void> {
    const isWaiting = rollout.status === 'awaiting_confirmation';
    const after = isWaiting
      ? confirmed(rollout, 'upgrading', this.clock.now())
      : { ...rollout, confirm: true };
    await this.writer.write(rollout, after, { message: `confirmed: ${askedBy(by)}` });
  }

  private async drop(rollout: Rollout, because: Reason): Promise<void> {
    const after = settled(rollout, settle('cancelled', because), this.clock.now());
    await this.writer.write(rollout, after, { message: 'cancelled before its start', reason: because });
  }

  private async undo(rollout: Rollout, undo: Undo): Promise<void> {
    const service = await this.rancher.look(rollout.service);
    if (!canBeUndone(rollout, service)) throw notOurs(service);
    await this.rollbacks.begin({ stored: rollout, noted: rollout }, service, undo);
  }
}

function placeOf({ id, environment, stack, service, name }: Rollout) {
  return { rolloutId: id, environment, stack, service: { id: service.id, name } };
}

/** The rollout that is named, or all of them. */
function chosenIn({ rollouts }: UpgradeRecord, rolloutId: string | undefined): readonly Rollout[] {
  if (rolloutId === undefined) return rollouts;
  const rollout = rollouts.find(({ id }) => id === rolloutId);
  if (!rollout) throw notFound('rollout', rolloutId);
  return [rollout];
}

/** What needs no Rancher comes first: it would start meanwhile. */
function queuedFirst(a: Rollout, b: Rollout): number {
  return Number(b.status === 'queued') - Number(a.status === 'queued');
}

function canBeUndone({ revision }: Rollout, service: Service): boolean {
  return service.revision === revision && (service.phase === 'upgrading' || service.phase === 'upgraded');
}

function refuseUnlessDone(command: Command, rollouts: readonly Rollout[]): void {
  if (isDone(command, rollouts)) return;
  const states = rollouts.map((rollout) => {
    const can = possible(rollout).join(', ') || 'nothing';
    return `${rollout.name} is ${rollout.status} (possible: ${can})`;
  });
  const words = states.length > 0 ? states.join('; ') : 'it has no rollouts';
  throw new UpdaterError('request.conflict', `There is nothing to ${WORDS[command]}: ${words}`);
}

/** A script takes "done" for good news: what is confirmed must all have come to that. */
function isDone(command: Command, rollouts: readonly Rollout[]): boolean {
  const done = rollouts.filter((rollout) => bearingOf(command, rollout) === 'done').length;
  return done > 0 && (command !== 'confirm' || done === rollouts.filter(wasMeant).length);
}

function wasMeant({ status }: Rollout): boolean {
  return status !== 'skipped' && status !== 'superseded';
}

/** What may have been started can be taken back only when it is known. */
function refuseWhereBegun(rollouts: readonly Rollout[]): void {
  const begun = rollouts.filter(isBegun).map(({ name }) => name);
  if (begun.length === 0) return;
  const message = `Nobody knows yet whether ${begun.join(', ')} has started: ask again in half a minute`;
  throw new UpdaterError('request.conflict', message);
}

function notOurs({ name, state, image }: Service): UpdaterError {
  const message = `${name} is ${state} with ${image ?? 'no image'}: the upgrade cannot be rolled back any more`;
  return new UpdaterError('request.conflict', message);
}
