import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { Log, type Fields } from '../../common/log.js';
import {
  effectiveTag,
  formatImageReference,
  parseImageReference,
  type ImageReference,
} from '../../domain/image-reference.js';
import { reason, type Reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/upgrade.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { reasonOf } from '../../rancher/reason-of.js';
import { isUnderWay, type Move } from './move.js';
import { nextMoveUnseen } from './next-move.js';
import { isMoving } from '../policies/tag-order.js';
import { attempting, notStarted, settled, started, unseen, waiting } from './rollout-changes.js';
import { UpgradeRecorder } from '../upgrade.recorder.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** A rollout as the store has it, the same with what the last look told. */
interface Looked {
  readonly stored: Rollout;
  readonly noted: Rollout;
}

/** Carries out moves: writes down what is about to be done, does it, and writes down what came of it. */
@Injectable()
export class RolloutMoves {
  constructor(
    private readonly rancher: RancherService,
    private readonly recorder: UpgradeRecorder,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Carries out one move and answers the rollout as written. */
  async carryOut({ stored, noted }: Looked, move: Move): Promise<Rollout> {
    switch (move.do) {
      case 'wait':
        return this.wait(stored, noted, move.because);
      case 'start':
        return this.start(stored, noted, move);
      case 'finish':
        return this.finish(stored, noted);
      case 'adopt':
        this.say(noted, 'the upgrade asked for has started', { revision: move.revision });
        return this.write(stored, started(noted, move.revision));
      case 'settle':
        this.say(
          noted,
          move.status,
          move.reason ? { code: move.reason.code, reason: move.reason.message } : {},
        );
        return this.write(stored, settled(noted, move.status, move.reason, this.clock.now()));
    }
  }

  /** Ends a rollout, wherever it stands, because of a bug in here. */
  async abandon({ upgradeId, id }: Rollout): Promise<void> {
    const { rollouts } = await this.recorder.found(upgradeId);
    const stored = rollouts.find((rollout) => rollout.id === id);
    const bug = reason('internal.error', 'something went wrong in the updater itself; its log says more');
    if (stored)
      await this.carryOut({ stored, noted: stored }, { do: 'settle', status: 'failed', reason: bug });
  }

  /** When a rollout under way is looked at again is the backend's matter; any other is written down with its time. */
  private async wait(stored: Rollout, noted: Rollout, because: Reason | null): Promise<Rollout> {
    const why = noted.outage?.reason ?? because;
    const isNews = why !== null && why.message !== stored.reason?.message;
    if (isNews) this.say(noted, 'waiting', { code: why.code, reason: why.message });
    if (isUnderWay(noted)) return noted === stored ? stored : this.write(stored, noted);
    return this.write(stored, noted.outage ? noted : waiting(noted, because, this.clock.now()));
  }

  /** An outage is over only when a start has been taken: Rancher may be seen and yet let no action through. */
  private async start(
    stored: Rollout,
    noted: Rollout,
    { service, to, before }: Extract<Move, { do: 'start' }>,
  ): Promise<Rollout> {
    const image = formatImageReference(to);
    const moved = attempting(noted, before, image, this.clock.now());
    const intent = await this.write(stored, { ...moved, outage: stored.outage });
    this.say(intent, 'starting', { from: intent.from, to: intent.to });
    try {
      const order = { image, startFirst: intent.startFirst, pull: mustPull(intent.from, to) };
      return await this.write(intent, started(intent, await this.rancher.start(service, order)));
    } catch (error) {
      if (!(error instanceof UpdaterError) || error.code.startsWith('store.')) throw error;
      return this.startFailed(intent, error);
    }
  }

  private startFailed(intent: Rollout, error: UpdaterError): Promise<Rollout> {
    const now = this.clock.now();
    const told = { ...intent, reason: reasonOf(error) };
    this.say(intent, 'the start was not confirmed by Rancher', { code: error.code, reason: error.message });
    switch (error.code) {
      case 'rancher.refused':
        return this.write(intent, settled(intent, 'failed', reason('rollout.refused', error.message), now));
      case 'rancher.uncertain':
        return this.write(intent, waiting(told, null, now));
      case 'rancher.conflict':
      case 'rancher.not_found':
        return this.write(intent, notStarted(told, true, now));
      default:
        return this.notReached(intent, unseen(notStarted(intent, false, now), reasonOf(error), now), now);
    }
  }

  /** Rancher does not let the start through: tried again as long as there is patience. */
  private notReached(stored: Rollout, noted: Rollout, now: Date): Promise<Rollout> {
    return this.carryOut({ stored, noted }, nextMoveUnseen(noted, now, this.settings.patienceMs));
  }

  private async finish(stored: Rollout, noted: Rollout): Promise<Rollout> {
    const isNoted = stored.status === 'finishing' && noted === stored;
    const finishing = isNoted ? stored : await this.write(stored, { ...noted, status: 'finishing' });
    this.say(finishing, 'finishing');
    try {
      await this.rancher.finish(finishing.service);
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      this.say(finishing, 'finishing was not confirmed by Rancher', {
        code: error.code,
        reason: error.message,
      });
      return this.write(finishing, { ...finishing, reason: reasonOf(error) });
    }
    return finishing;
  }

  private write(before: Rollout, after: Rollout): Promise<Rollout> {
    return this.recorder.rollout(before, after);
  }

  private say(rollout: Rollout, message: string, fields: Fields = {}): void {
    this.log.info(`${rollout.name}: ${message}`, { ...fields, ...logFields(rollout) });
  }
}

/**
 * Whether hosts that have an image of this name must pull it all the same: the tag names a moving target, or the same tag
 * is deployed again.
 */
function mustPull(from: string, to: ImageReference): boolean {
  const running = parseImageReference(from);
  const isSameTag = running.ok && effectiveTag(running.reference) === effectiveTag(to);
  return to.digest === null && (isMoving(to) || isSameTag);
}

/** What every log line about a rollout carries. */
function logFields(rollout: Rollout): Fields {
  return {
    upgrade: rollout.upgradeId,
    rollout: rollout.id,
    service: `${rollout.stack.name}/${rollout.name}`,
    environment: rollout.environment.name,
  };
}
