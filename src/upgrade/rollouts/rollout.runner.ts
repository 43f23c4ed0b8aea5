import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../../common/any-signal.js';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { activityOf } from '../../domain/activity.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Inspection, Service, Sighting } from '../../domain/service.js';
import { CloseLooks, type CloseLook, type Glance } from './close-looks.js';
import { deadlineMs, nextMove, nextMoveUnseen } from './next-move.js';
import { proven } from './proof.js';
import { seen, unseen } from './rollout-changes.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { RolloutMoves } from './rollout.moves.js';
import { whenSuperseded } from './when-superseded.js';
import { ServiceJudge } from '../judging/service-judge.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** Carries one rollout: look, choose the next move, do it – again and again until it settles or has to wait. */
@Injectable()
export class RolloutRunner {
  constructor(
    private readonly looks: CloseLooks,
    private readonly store: UpgradeStore,
    private readonly judge: ServiceJudge,
    private readonly moves: RolloutMoves,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends when the rollout has settled, has to wait for its `dueAt`, or the signal is aborted; then it begins nothing more.
   *
   * @throws UpdaterError when the store fails: nothing is lost, it goes on from what is stored. Any other error is a bug,
   *   and has ended the rollout as failed.
   */
  async run(rollout: Rollout, signal: AbortSignal): Promise<void> {
    try {
      const begun = isUnderWay(rollout) ? rollout : await this.afterFirstStep(rollout, signal);
      if (isUnderWay(begun) && activityOf(rollout) !== 'watched') await this.untilAtRest(begun, signal);
    } catch (error) {
      // Where the store fails, too, the bug shows again when it does not.
      if (!(error instanceof UpdaterError)) await this.moves.abandon(rollout).catch(() => undefined);
      throw error;
    }
  }

  /** The rollout after one step; none is made where the signal is aborted meanwhile. */
  private async afterFirstStep(rollout: Rollout, signal: AbortSignal): Promise<Rollout> {
    const open = rollout.status === 'queued' ? await this.store.openOf(rollout.service) : [];
    const superseding = whenSuperseded(rollout, open);
    if (superseding) return this.moves.carryOut({ stored: rollout, noted: rollout }, superseding);
    const look = await this.looks.ofRollout(rollout, signal);
    if (signal.aborted) return rollout;
    const hasSettled = look.seen && (await this.settleOlder(rollout, open, look, signal));
    const known = hasSettled ? { ...look, holds: await this.store.holds(rollout.service) } : look;
    const awaitsOurs = open.some(({ status }) => status === 'awaiting_confirmation');
    return this.step(rollout, known, awaitsOurs);
  }

  /**
   * What became of the rollouts before it is written down first: after the next start nobody could tell. Answers whether
   * there were any: the version may be held back by now.
   */
  private async settleOlder(
    rollout: Rollout,
    open: readonly Rollout[],
    { service, at }: Glance,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (service.phase !== 'idle') return false;
    const watched = open.filter((other) => other.id !== rollout.id && activityOf(other) === 'watched');
    for (const older of watched) {
      await this.step(older, await this.looks.ofGlance(older, { service, at }, signal));
    }
    return watched.length > 0;
  }

  private async untilAtRest(begun: Rollout, signal: AbortSignal): Promise<void> {
    let current = begun;
    while (isUnderWay(current) && !signal.aborted) current = await this.afterSights(current, signal);
  }

  /**
   * The rollout when it is at rest, or when its time is up: after a step on each sight of the service, and on a look of its
   * own at the end, for the backend's next sight may come late. One that was asked for before that look is not waited for:
   * it may be older than what is done then.
   */
  private afterSights(begun: Rollout, stop: AbortSignal): Promise<Rollout> {
    const over = new AbortController();
    return withAnySignal([stop, over.signal], async (signal) => {
      const sights = this.looks.sightsOf(begun.service, signal);
      try {
        return await this.afterEach(sights, begun, signal);
      } finally {
        over.abort();
        await sights.return?.();
      }
    });
  }

  private async afterEach(
    sights: AsyncIterator<Sighting>,
    begun: Rollout,
    signal: AbortSignal,
  ): Promise<Rollout> {
    let current = begun;
    while (isUnderWay(current)) {
      const sight = await this.unlessTimeIsUp(sights.next(), current, signal);
      if (sight?.done) return current;
      const look = sight
        ? await this.looks.ofSight(current, sight.value, signal)
        : await this.looks.ofRollout(current, signal);
      if (signal.aborted) return current;
      current = await this.step(current, look);
      if (!sight) return current;
    }
    return current;
  }

  /** What `next` answers; null: the rollout's time is up before that. */
  private async unlessTimeIsUp<T>(
    next: Promise<T>,
    rollout: Rollout,
    signal: AbortSignal,
  ): Promise<T | null> {
    const leftMs = deadlineMs(rollout, this.clock.now());
    if (leftMs === null) return next;
    const over = new AbortController();
    const isUp = withAnySignal([signal, over.signal], async (any) => {
      await this.clock.sleep(leftMs, any);
      // A sleep that was broken off does not say that time is up: what `next` answers counts.
      return any.aborted ? next : null;
    });
    return Promise.race([next, isUp]).finally(() => over.abort());
  }

  private step(stored: Rollout, look: CloseLook, awaitsOurs = false): Promise<Rollout> {
    const { patienceMs, remindMs } = this.settings;
    if (!look.seen) {
      const now = this.clock.now();
      const noted = unseen(stored, look.reason, now);
      return this.moves.carryOut({ stored, noted }, nextMoveUnseen(noted, now, patienceMs));
    }
    const { service, inspection, holds, at: now } = look;
    const noted = shown(seen(stored, now, patienceMs), service, inspection, now);
    const judge = (judged: Service) =>
      this.judge.judgeRollout(noted, { service: judged, inspection, holds, awaitsOurs, now });
    return this.moves.carryOut(
      { stored, noted },
      nextMove({ rollout: noted, service, inspection, now, remindMs, judge }),
    );
  }
}

function isUnderWay(rollout: Rollout): boolean {
  return activityOf(rollout) === 'moving';
}

/** The rollout, with what its new containers have shown. */
function shown(rollout: Rollout, service: Service, inspection: Inspection | null, now: Date): Rollout {
  const isOurs = service.revision === rollout.revision && rollout.status !== 'rolling_back';
  return inspection && isOurs ? proven(rollout, service, inspection, now) : rollout;
}
