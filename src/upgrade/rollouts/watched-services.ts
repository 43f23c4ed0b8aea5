import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import { failureFields } from '../../common/recurring-trouble.js';
import { activityOf } from '../../domain/activity.js';
import type { Rollout } from '../../domain/rollout.js';
import type { ServiceRef } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { WorkInHand } from '../work-in-hand.js';

/**
 * Makes what waits for its time due as soon as its service is heard to have changed: somebody may have finished it, rolled
 * it back, or set it free. What is not heard is found when its time comes.
 */
@Injectable()
export class WatchedServices implements OnApplicationBootstrap, OnModuleDestroy {
  private heard: Subscription | null = null;
  /** Rollouts of whose service something was heard while they were in hand: it may be newer than the look at it. */
  private readonly heardInHand = new Set<string>();

  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly inHand: WorkInHand,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.heard = this.rancher.changed$.subscribe((service) => void this.hear(service));
  }

  onModuleDestroy(): void {
    this.heard?.unsubscribe();
  }

  private async hear(service: ServiceRef): Promise<void> {
    try {
      const now = this.clock.now();
      const waiting: Rollout[] = [];
      for (const rollout of await this.store.openOf(service)) {
        if (this.inHand.has(rollout.id)) void this.hearAfterwards(service, rollout.id);
        else if (waits(rollout) && rollout.dueAt > now) waiting.push({ ...rollout, dueAt: now });
      }
      if (waiting.length > 0) await this.store.commit({ rollouts: waiting });
    } catch (error) {
      this.log.debug('a change of a service was heard in vain: it is looked at later', {
        ...failureFields(error),
      });
    }
  }

  private async hearAfterwards(service: ServiceRef, id: string): Promise<void> {
    if (this.heardInHand.has(id)) return;
    this.heardInHand.add(id);
    await this.inHand.ended(id);
    this.heardInHand.delete(id);
    if (!this.inHand.signal.aborted) await this.hear(service);
  }
}

/** For somebody to decide, for its containers to prove themselves, or for its service to be free. */
function waits(rollout: Rollout): boolean {
  return activityOf(rollout) === 'watched' || (rollout.status === 'queued' && rollout.busySince !== null);
}
