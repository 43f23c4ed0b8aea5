import { Injectable } from '@nestjs/common';
import { UpdaterError } from '../../common/errors.js';
import type { Rollout } from '../../domain/rollout.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import type { Move } from './move.js';
import { RolloutMoves } from './rollout.moves.js';
import { whenSuperseded } from './when-superseded.js';

/** Lets newer rollouts take the place of older ones that still wait for their service. */
@Injectable()
export class Superseding {
  constructor(
    private readonly store: UpgradeStore,
    private readonly moves: RolloutMoves,
  ) {}

  /** Ends what waits and whose place an upgrade's rollouts have taken. What somebody has in hand finds out by itself. */
  async by(upgradeId: string): Promise<void> {
    for (const older of await this.store.overtakenBy(upgradeId)) {
      const move = whenSuperseded(older, await this.store.openOf(older.service));
      if (move) await this.end(older, move);
    }
  }

  private async end(older: Rollout, move: Move): Promise<void> {
    try {
      await this.moves.carryOut({ stored: older, noted: older }, move);
    } catch (error) {
      if (!(error instanceof UpdaterError) || error.code !== 'store.conflict') throw error;
    }
  }
}
