import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { activityOf } from '../../domain/activity.js';
import { BUG, reason, type Reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { LeftoverMove } from './leftover.move.js';
import { settle, type Looked, type Move } from './move.js';
import { RollbackMove } from './rollback.move.js';
import { confirmed, settled, started, waiting } from './rollout-changes.js';
import { isKnown, RolloutWriter } from './rollout.writer.js';
import { StartMove } from './start.move.js';

/** Why a finish is asked for again. */
const NOT_FINISHED = reason('rancher.error', 'it was asked to, and the service is still upgraded');

/** Carries out moves: writes down what is about to be done, does it, and writes down what came of it. */
@Injectable()
export class RolloutMoves {
  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly writer: RolloutWriter,
    private readonly starts: StartMove,
    private readonly rollbacks: RollbackMove,
    private readonly leftovers: LeftoverMove,
    private readonly clock: Clock,
  ) {}

  /** Carries out one move and answers the rollout as written. */
  async carryOut(looked: Looked, move: Move): Promise<Rollout> {
    const { stored, noted } = looked;
    const now = this.clock.now();
    switch (move.do) {
      case 'wait':
        return this.wait(looked, move.because);
      case 'start':
        return this.starts.carryOut(looked, move);
      case 'restore':
        return this.starts.restore(looked, move.service, move.image);
      case 'finish':
        return this.finish(looked);
      case 'adopt':
        return this.writer.write(stored, started(noted, move.revision), {
          message: 'upgrading: what was asked for has been taken',
          fields: { revision: move.revision },
        });
      case 'rollBack':
        return this.rollbacks.carryOut(looked, move.service, move.because);
      case 'clear':
        return this.leftovers.carryOut(looked, move);
      case 'late':
        return this.writer.write(stored, confirmed(noted, 'finishing', now), {
          message: 'it has become well after its timeout',
        });
      case 'remind':
        return this.writer.write(stored, waiting({ ...noted, reminders: noted.reminders + 1 }, null, now), {
          message: 'still awaiting confirmation',
        });
      case 'supersede':
        return this.writer.write(
          stored,
          { ...settled(noted, move.end, now), supersededBy: move.by },
          {
            message: 'superseded',
            reason: move.end.reason,
          },
        );
      case 'settle':
        return this.writer.write(stored, settled(noted, move, now), {
          message: move.status.replaceAll('_', ' '),
          reason: move.reason,
        });
    }
  }

  /** Ends a rollout, wherever it stands, because of a bug in here. */
  async abandon({ id }: Rollout): Promise<void> {
    const stored = await this.store.rollout(id);
    if (stored) await this.carryOut({ stored, noted: stored }, settle('failed', BUG));
  }

  /** When a rollout that moves is looked at again is the backend's matter; any other is written down with its time. */
  private async wait({ stored, noted }: Looked, because: Reason | null): Promise<Rollout> {
    const why = noted.outage?.reason ?? because;
    const isSeenAgain = stored.outage !== null && noted.outage === null;
    const waits = why !== null && !isKnown(stored, why) ? { message: 'waiting', reason: why } : null;
    const said = waits ?? (isSeenAgain ? { message: 'seen again' } : null);
    if (activityOf(noted) === 'moving') {
      return noted === stored ? stored : this.writer.write(stored, noted, said);
    }
    const after = noted.outage ? noted : waiting(noted, because, this.clock.now());
    return this.writer.write(stored, after, said);
  }

  private async finish({ stored, noted }: Looked): Promise<Rollout> {
    const isAgain = stored.status === 'finishing';
    const isSaid = noted === stored && stored.reason?.message === NOT_FINISHED.message;
    const intent = { ...noted, status: 'finishing', reason: isAgain ? NOT_FINISHED : null } as const;
    const message = isAgain ? 'finishing, asked for again' : 'finishing';
    const finishing = isAgain && isSaid ? stored : await this.writer.write(stored, intent, { message });
    try {
      await this.rancher.finish(finishing.service);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      const why = reasonOf(error);
      const said = { message: 'finishing was not confirmed by Rancher', reason: why };
      const isNews = stored.reason?.message !== why.message;
      return this.writer.write(finishing, { ...finishing, reason: why }, isNews ? said : null);
    }
    return finishing;
  }
}
