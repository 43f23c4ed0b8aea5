import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Reason } from '../../domain/reasons.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Rollout } from '../../domain/upgrade.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { reasonOf } from '../../rancher/reason-of.js';
import { needsInspection } from './before-start.js';
import { isUnderWay } from './move.js';
import { nextMove, nextMoveUnseen } from './next-move.js';
import { seen, unseen } from './rollout-changes.js';
import { RolloutMoves } from './rollout.moves.js';
import { UpgradePlanner } from '../planning/upgrade.planner.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** Carries one rollout: look, choose the next move, do it – again and again until it settles or has to wait. */
@Injectable()
export class RolloutRunner {
  constructor(
    private readonly rancher: RancherService,
    private readonly planner: UpgradePlanner,
    private readonly moves: RolloutMoves,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends when the rollout has settled, has to wait for its `dueAt`, or the signal is aborted.
   *
   * @throws UpdaterError when the store fails: nothing is lost, it goes on from what is stored. Any other error is a bug,
   *   and has ended the rollout as failed.
   */
  async run(rollout: Rollout, signal: AbortSignal): Promise<void> {
    try {
      const begun = isUnderWay(rollout) ? rollout : await this.step(rollout, await this.lookClosely(rollout));
      if (isUnderWay(begun)) await this.follow(begun, signal);
    } catch (error) {
      if (!(error instanceof UpdaterError)) await this.moves.abandon(rollout);
      throw error;
    }
  }

  private async follow(begun: Rollout, signal: AbortSignal): Promise<void> {
    let current = begun;
    for await (const sighting of this.rancher.observe(begun.service, signal)) {
      current = await this.step(current, sighting.seen ? { ...sighting, inspection: null } : sighting);
      if (!isUnderWay(current)) return;
    }
  }

  private step(stored: Rollout, look: CloseLook): Promise<Rollout> {
    const now = this.clock.now();
    if (!look.seen) {
      const noted = unseen(stored, look.reason, now);
      return this.moves.carryOut({ stored, noted }, nextMoveUnseen(noted, now, this.settings.patienceMs));
    }
    const { service, inspection } = look;
    const noted = seen(stored, now, this.settings.patienceMs);
    const judge = (judged: Service) => this.planner.judgeRollout(noted, { service: judged, inspection, now });
    return this.moves.carryOut(
      { stored, noted },
      nextMove({ rollout: noted, service, inspection, now, judge }),
    );
  }

  private async lookClosely(rollout: Rollout): Promise<CloseLook> {
    try {
      const service = await this.rancher.look(rollout.service);
      const inspection = needsInspection(rollout, service) ? await this.rancher.inspect(service) : null;
      return { seen: true, service, inspection };
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      return { seen: false, reason: reasonOf(error) };
    }
  }
}

/** A look at a service and, where that matters, at its containers; or why it could not be seen. */
type CloseLook =
  | { readonly seen: true; readonly service: Service; readonly inspection: Inspection | null }
  | { readonly seen: false; readonly reason: Reason };
