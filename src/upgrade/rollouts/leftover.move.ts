import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import type { Looked, Move } from './move.js';
import { RollbackMove } from './rollback.move.js';
import { confirmed, waiting } from './rollout-changes.js';
import { RolloutWriter } from './rollout.writer.js';

type Clearing = Extract<Move, { do: 'clear' }>;

/** Clears away what was left over from before, so that a newer version can start. */
@Injectable()
export class LeftoverMove {
  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly writer: RolloutWriter,
    private readonly rollbacks: RollbackMove,
    private readonly clock: Clock,
  ) {}

  /**
   * Finishes what is left over, or rolls it back; what one of our own rollouts has left over is that one's to carry out, and
   * it records by whom it was asked to. The rollout itself goes on waiting for its service.
   */
  async carryOut({ stored, noted }: Looked, move: Clearing): Promise<Rollout> {
    const because = reason(
      move.because.code,
      `${move.by === 'finish' ? 'finishing' : 'rolling back'} what was left over from before`,
    );
    const waits = waiting(noted, because, this.clock.now());
    const written = await this.writer.write(stored, waits, { message: 'waiting', reason: because });
    try {
      await this.clear(written, move);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      const why = reasonOf(error);
      return this.writer.write(written, { ...written, reason: why }, { message: 'waiting', reason: why });
    }
    return written;
  }

  private async clear(rollout: Rollout, { by, service }: Clearing): Promise<void> {
    const older = await this.ownRollout(rollout, service);
    if (older) return this.handOver(older, rollout, service, by);
    await (by === 'finish' ? this.rancher.finish(service.ref) : this.rancher.rollBack(service.ref));
  }

  private async ownRollout({ id, service: ref }: Rollout, { revision }: Service): Promise<Rollout | null> {
    const open = await this.store.openOf(ref);
    const isIt = (other: Rollout) =>
      other.id !== id && other.revision === revision && other.status !== 'queued';
    return open.find(isIt) ?? null;
  }

  private async handOver(
    older: Rollout,
    { upgradeId }: Rollout,
    service: Service,
    by: Clearing['by'],
  ): Promise<void> {
    const message = `asked for by the upgrade ${upgradeId}, which waits for the service`;
    if (by === 'finish') {
      const after = confirmed(older, 'upgrading', this.clock.now());
      await this.writer.write(older, after, { message: `confirmed: ${message}` });
      return;
    }
    const because = reason('rollout.overtaken', `rolled back: ${message}`);
    const looked = { stored: older, noted: older };
    await this.rollbacks.begin(looked, service, { because, holds: false, as: 'rolled_back' });
  }
}
