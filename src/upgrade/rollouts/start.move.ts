import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { UpdaterError } from '../../common/errors.js';
import {
  effectiveTag,
  formatImageReference,
  parseImageReference,
  type ImageReference,
} from '../../domain/image-reference.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { hasMovingTag } from '../policies/tag-order.js';
import type { Hindrance } from '../recording/limits.js';
import { UpgradeSettings } from '../upgrade.settings.js';
import { type Looked, type Move, settle } from './move.js';
import { nextMoveUnseen } from './next-move.js';
import {
  attempting,
  notStarted,
  restored,
  restoring,
  settled,
  started,
  unseen,
  waiting,
} from './rollout-changes.js';
import { RolloutWriter } from './rollout.writer.js';
import { SENDABLE_MS } from './while-queued.js';

/** Asks Rancher for an upgrade, at most once for each look. */
@Injectable()
export class StartMove {
  constructor(
    private readonly rancher: RancherService,
    private readonly writer: RolloutWriter,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Carries out a start and answers the rollout as written. An outage is over only when the start has been taken: Rancher
   * may be seen and yet let no action through.
   */
  async carryOut(
    { stored, noted }: Looked,
    { service, to, before }: Extract<Move, { do: 'start' }>,
  ): Promise<Rollout> {
    const image = formatImageReference(to);
    const now = this.clock.now();
    const moved = attempting(noted, before, image, now);
    const said = { message: 'starting', fields: { from: moved.from, to: moved.to } };
    const intent = await this.writer.begin(stored, { ...moved, outage: stored.outage }, said);
    if ('hindered' in intent) return this.hindered(stored, noted, intent.hindered);
    try {
      const { startFirst } = intent;
      const order = { image, startFirst, pull: mustPull(intent.from, to), notAfter: sendableUntil(now) };
      const revision = await this.rancher.start(service, order);
      return await this.writer.write(intent, started(intent, revision), { message: 'upgrading' });
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return this.failed(intent, error, noted.attempt?.open ?? false);
    }
  }

  /** Deploys anew what was there before: see `mustRestore` of what comes before a start. It is asked for as a start is. */
  async restore({ stored, noted }: Looked, service: Service, image: string): Promise<Rollout> {
    const now = this.clock.now();
    const moved = waiting(restoring(noted, now), null, now);
    const said = { message: 'deploying what was there before anew', fields: { image } };
    const intent = await this.writer.write(stored, { ...moved, outage: stored.outage }, said);
    try {
      const { startFirst } = intent;
      await this.rancher.start(service, { image, startFirst, pull: false, notAfter: sendableUntil(now) });
      return await this.writer.write(intent, restored(intent));
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return this.failed(intent, error, noted.attempt?.open ?? false);
    }
  }

  private hindered(stored: Rollout, noted: Rollout, hindrance: Hindrance): Promise<Rollout> {
    const now = this.clock.now();
    if (hindrance.do === 'wait') return this.writer.write(stored, waiting(noted, null, now));
    const { status, reason: why } = hindrance;
    return this.writer.write(stored, settled(noted, hindrance, now), { message: status, reason: why });
  }

  /** `inDoubt`: nobody knows what came of the start before this one, which may be what is in its way. */
  private failed(intent: Rollout, error: UpdaterError, inDoubt: boolean): Promise<Rollout> {
    const now = this.clock.now();
    const why = reasonOf(error);
    const told = { ...intent, reason: why };
    const said = { message: 'the start was not confirmed by Rancher', reason: why };
    switch (error.code) {
      case 'rancher.refused': {
        const end = settle('failed', reason('rollout.refused', error.message));
        return this.writer.write(intent, settled(intent, end, now), said);
      }
      case 'rancher.uncertain':
        return this.writer.write(intent, waiting(told, null, now), said);
      case 'rancher.conflict':
      case 'rancher.not_found':
        return this.writer.write(intent, notStarted(told, { counts: true, inDoubt }, now), said);
      default:
        return this.notReached(
          intent,
          unseen(notStarted(intent, { counts: false, inDoubt }, now), why, now),
          now,
        );
    }
  }

  /** Rancher does not let the start through: tried again as long as there is patience. */
  private notReached(stored: Rollout, noted: Rollout, now: Date): Promise<Rollout> {
    const move = nextMoveUnseen(noted, now, this.settings.patienceMs);
    const after = move.do === 'settle' ? settled(noted, move, now) : noted;
    return this.writer.write(stored, after, {
      message: move.do === 'settle' ? move.status : 'the start did not get through to Rancher',
      reason: after.reason,
    });
  }
}

function sendableUntil(noted: Date): Date {
  return new Date(noted.getTime() + SENDABLE_MS);
}

/**
 * Whether hosts that have an image of this name must pull it all the same: the tag names a moving target, or the same tag
 * is deployed again.
 */
function mustPull(from: string, to: ImageReference): boolean {
  const running = parseImageReference(from);
  const isSameTag = running.ok && effectiveTag(running.reference) === effectiveTag(to);
  return to.digest === null && (hasMovingTag(to) || isSameTag);
}
