import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { Reason } from '../../domain/reasons.js';
import type { Rollout, Undoing } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import type { Looked } from './move.js';
import { rollingBack, unseen } from './rollout-changes.js';
import { RolloutWriter } from './rollout.writer.js';

/** Why an upgrade is undone, and what follows from it. */
export interface Undo {
  readonly because: Reason;
  /** The version is not offered to the service again. */
  readonly holds: boolean;
  readonly as: Undoing['as'];
}

/** Undoes an upgrade that is not finished. */
@Injectable()
export class RollbackMove {
  constructor(
    private readonly rancher: RancherService,
    private readonly writer: RolloutWriter,
    private readonly clock: Clock,
  ) {}

  /** Asks for the rollback, having written down that it does; what is asked for again is asked for the first reason. */
  async carryOut({ stored, noted }: Looked, service: Service, because: Reason): Promise<Rollout> {
    const undo = { because, holds: true, as: 'rolled_back' } as const;
    try {
      const intent = noted.undoing ? noted : await this.begin({ stored, noted }, service, undo);
      return await this.ask(noted.undoing ? stored : intent, intent);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return this.writer.write(stored, unseen(noted, reasonOf(error), this.clock.now()));
    }
  }

  /**
   * Writes down that the rollout is to be undone, with the containers that are to come back; nothing is asked for yet.
   *
   * @throws UpdaterError `rancher.*` when the containers cannot be looked at.
   */
  async begin({ stored, noted }: Looked, service: Service, undo: Undo): Promise<Rollout> {
    const { containers } = await this.rancher.inspect(service);
    const old = containers.filter(({ revision }) => revision !== noted.revision).map(({ id }) => id);
    const undoing = { ...undo, at: this.clock.now(), old, accepted: false };
    const said = { message: 'rolling back', reason: undo.because };
    return this.writer.write(stored, rollingBack(noted, undoing), said);
  }

  private async ask(stored: Rollout, noted: Rollout): Promise<Rollout> {
    const { undoing } = noted;
    try {
      await this.rancher.rollBack(noted.service);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      const why = reasonOf(error);
      const said = { message: 'the rollback was not confirmed by Rancher', reason: why };
      const isNews = noted.reason?.message !== why.message;
      return this.writer.write(stored, { ...noted, reason: why }, isNews ? said : null);
    }
    if (!undoing || undoing.accepted) return noted === stored ? stored : this.writer.write(stored, noted);
    return this.writer.write(stored, { ...noted, undoing: { ...undoing, accepted: true } });
  }
}
