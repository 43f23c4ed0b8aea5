import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../../common/any-signal.js';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { activityOf } from '../../domain/activity.js';
import type { Reason } from '../../domain/reasons.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { Inspection, Service, Sighting } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { needsInspection } from './needs-inspection.js';
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
    private readonly rancher: RancherService,
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
      const begun = isUnderWay(rollout) ? rollout : await this.once(rollout, signal);
      if (isUnderWay(begun) && activityOf(rollout) !== 'watched') await this.follow(begun, signal);
    } catch (error) {
      // Where the store fails, too, the bug shows again when it does not.
      if (!(error instanceof UpdaterError)) await this.moves.abandon(rollout).catch(() => undefined);
      throw error;
    }
  }

  /** One step; none where the signal is aborted meanwhile. */
  private async once(rollout: Rollout, signal: AbortSignal): Promise<Rollout> {
    const open = rollout.status === 'queued' ? await this.store.openOf(rollout.service) : [];
    const superseding = whenSuperseded(rollout, open);
    if (superseding) return this.moves.carryOut({ stored: rollout, noted: rollout }, superseding);
    const look = await this.look(rollout, signal);
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
    for (const older of watched) await this.step(older, await this.closer(older, { service, at }, signal));
    return watched.length > 0;
  }

  private async follow(begun: Rollout, signal: AbortSignal): Promise<void> {
    let current = begun;
    while (isUnderWay(current) && !signal.aborted) current = await this.observe(current, signal);
  }

  /**
   * Goes on with each sight of the service until its time is up; then with a look of its own, for the backend's next may
   * come late. What was asked for before that look is not waited for: it may be older than what is done then.
   */
  private observe(begun: Rollout, stop: AbortSignal): Promise<Rollout> {
    const over = new AbortController();
    return withAnySignal([stop, over.signal], async (signal) => {
      const sights = this.rancher.observe(begun.service, signal)[Symbol.asyncIterator]();
      try {
        return await this.untilDeadline(sights, begun, signal);
      } finally {
        over.abort();
        await sights.return?.();
      }
    });
  }

  private async untilDeadline(
    sights: AsyncIterator<Sighting>,
    begun: Rollout,
    signal: AbortSignal,
  ): Promise<Rollout> {
    let current = begun;
    while (isUnderWay(current)) {
      const sight = await this.beforeDeadline(sights.next(), current, signal);
      if (sight?.done) return current;
      const look = sight
        ? await this.closely(current, sight.value, signal)
        : await this.look(current, signal);
      if (signal.aborted) return current;
      current = await this.step(current, look);
      if (!sight) return current;
    }
    return current;
  }

  private async closely(rollout: Rollout, sight: Sighting, signal: AbortSignal): Promise<CloseLook> {
    if (!sight.seen) return sight;
    return this.closer(rollout, { service: sight.service, at: this.clock.now() }, signal);
  }

  /** Null: its time is up, and nothing was seen before. */
  private async beforeDeadline<T>(
    next: Promise<T>,
    rollout: Rollout,
    signal: AbortSignal,
  ): Promise<T | null> {
    const leftMs = deadlineMs(rollout, this.clock.now());
    if (leftMs === null) return next;
    const over = new AbortController();
    const isUp = withAnySignal([signal, over.signal], async (any) => {
      await this.clock.sleep(leftMs, any);
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

  /** What it answers may be as old as the question: a start that was still on its way then is not seen. */
  private async look(rollout: Rollout, signal: AbortSignal): Promise<CloseLook> {
    const at = this.clock.now();
    try {
      const service = await this.rancher.look(rollout.service, signal);
      return await this.closer(rollout, { service, at }, signal);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return { seen: false, reason: reasonOf(error) };
    }
  }

  /** Looks at what else matters of a service that was just seen. */
  private async closer(rollout: Rollout, glance: Glance, signal: AbortSignal): Promise<CloseLook> {
    const { service, at } = glance;
    const holds = rollout.status === 'queued' ? await this.store.holds(rollout.service) : [];
    if (!needsInspection(rollout, service, at)) {
      return { seen: true, service, at, inspection: null, holds };
    }
    try {
      const inspection = await this.rancher.inspect(service, signal);
      return { seen: true, service, at, inspection, holds };
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return { seen: false, reason: reasonOf(error) };
    }
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

/** A service, and since when at the least it is so. */
interface Glance {
  readonly service: Service;
  readonly at: Date;
}

/** A look at a service and, where that matters, at its containers and at what is held back; or why it could not be seen. */
type CloseLook =
  | {
      readonly seen: true;
      readonly service: Service;
      readonly at: Date;
      readonly inspection: Inspection | null;
      readonly holds: readonly Hold[];
    }
  | { readonly seen: false; readonly reason: Reason };
