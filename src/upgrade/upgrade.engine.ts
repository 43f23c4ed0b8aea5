import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Wake } from '../common/wake.js';
import type { Rollout } from '../domain/rollout.js';
import type { Upgrade } from '../domain/upgrade.js';
import { UpgradeStore, type DueQuery, type Written } from '../store/upgrade-store.js';
import { originFields } from './origin.js';
import { PlanningRunner } from './planning/planning.runner.js';
import { RolloutRunner } from './rollouts/rollout.runner.js';
import { WorkInHand, type WorkKind } from './work-in-hand.js';

/** How long what is under way gets to reach a safe point when the service stops. */
const STOP_MS = 10_000;

/** The longest time between two questions to the store for what is due, and the time after one that failed. */
const LONGEST_REST_MS = 60_000;
const CROWDED_REST_MS = 1000;
const TROUBLE_REST_MS = 5000;

/**
 * Those that begin together begin so many milliseconds apart, the first of them: in about as many one is looked at and its
 * start written down. At once, they would be written in one transaction, and the first start would wait for all.
 */
const APART_MS = 5;
const MOST_APART = 20;

const CANNOT_ASK = 'the store cannot be asked what is due';

/**
 * Carries every accepted upgrade to its end. What to do is taken from what the store says is due, never from what is
 * remembered, so going on after a stop is nothing special.
 */
@Injectable()
export class UpgradeEngine implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly wake = new Wake();
  private running = Promise.resolve();

  constructor(
    private readonly store: UpgradeStore,
    private readonly planning: PlanningRunner,
    private readonly rollouts: RolloutRunner,
    private readonly inHand: WorkInHand,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Begins nothing more; what is under way has some seconds to reach a safe point, the rest is left to the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.inHand.stop(STOP_MS);
    await this.running;
  }

  /** Does something for a caller about a rollout that may be in hand; see `WorkInHand.instead`. */
  instead<T>(rolloutId: string, work: () => Promise<T>): Promise<T> {
    return this.inHand.instead(rolloutId, work, () => this.wake.call());
  }

  private async run(): Promise<void> {
    const changes = this.store.changes$.subscribe((change) => {
      if (this.isNews(change)) this.wake.call();
    });
    while (!this.inHand.signal.aborted) {
      const restMs = await this.beginDue();
      await this.wake.within(restMs, this.clock, this.inHand.signal);
    }
    changes.unsubscribe();
  }

  /** What is in hand moves by itself, and when it ends that is told; anything else may make something due. */
  private isNews({ upgrade, plans = [], rollouts = [] }: Written): boolean {
    return upgrade !== undefined || plans.length > 0 || rollouts.some(({ id }) => !this.inHand.has(id));
  }

  /** Begins everything that is due and for which there is room, and answers when something else will be due, in ms. */
  private async beginDue(): Promise<number> {
    const now = this.clock.now();
    try {
      for (const upgrade of await this.store.unplanned(this.due(now, 'planning'))) {
        this.beginPlanning(upgrade);
      }
      for (const rollout of await this.leftUnderWay()) this.beginRollout(rollout, 'service');
      for (const [index, rollout] of (await this.startable(now)).entries()) {
        this.beginRollout(rollout, 'service', index);
      }
      for (const rollout of await this.store.watched(this.due(now, 'watching'))) {
        this.beginRollout(rollout, 'watching');
      }
      const next = await this.store.nextWorkDue(now);
      this.inHand.trouble.over(CANNOT_ASK);
      const longestMs = this.inHand.isCrowded ? CROWDED_REST_MS : LONGEST_REST_MS;
      return Math.min(longestMs, next ? next.getTime() - now.getTime() : longestMs);
    } catch (error) {
      this.inHand.trouble.had(CANNOT_ASK, error);
      return TROUBLE_REST_MS;
    }
  }

  private async startable(now: Date): Promise<readonly Rollout[]> {
    const due = this.due(now, 'service');
    return due.limit > 0 ? this.store.startable(due) : [];
  }

  /** What is under way and nobody has in hand; nor had when the store was asked, or the answer may be out of date. */
  private async leftUnderWay(): Promise<readonly Rollout[]> {
    const { ids } = this.inHand;
    return (await this.store.moving()).filter(({ id }) => !ids.has(id));
  }

  private due(now: Date, kind: WorkKind): DueQuery {
    return { now, limit: this.inHand.roomFor(kind), except: this.inHand.ids };
  }

  /** `place`: how many begin at the same time and come before it. */
  private beginRollout(rollout: Rollout, kind: WorkKind, place = 0): void {
    const { id, upgradeId } = rollout;
    this.inHand.begin(
      { id, kind, about: { upgrade: upgradeId, rollout: id, ...originFields(rollout) } },
      async (signal) => {
        if (place > 0) await this.clock.sleep(APART_MS * Math.min(place, MOST_APART), signal);
        if (!signal.aborted) await this.rollouts.run(rollout, signal);
      },
      () => this.wake.call(),
    );
  }

  private beginPlanning(upgrade: Upgrade): void {
    const { id } = upgrade;
    this.inHand.begin(
      { id, kind: 'planning', about: { upgrade: id, ...originFields(upgrade) } },
      (signal) => this.planning.run(upgrade, signal),
      () => this.wake.call(),
    );
  }
}
