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
      const waiting = (await this.store.openOf(service)).filter(
        (rollout) => waits(rollout) && rollout.dueAt > now && !this.inHand.has(rollout.id),
      );
      if (waiting.length === 0) return;
      await this.store.commit({ rollouts: waiting.map((rollout) => ({ ...rollout, dueAt: now })) });
    } catch (error) {
      this.log.debug('a change of a service was heard in vain: it is looked at later', {
        ...failureFields(error),
      });
    }
  }
}

/** For somebody to decide, for its containers to prove themselves, or for its service to be free. */
function waits(rollout: Rollout): boolean {
  return activityOf(rollout) === 'watched' || (rollout.status === 'queued' && rollout.busySince !== null);
}
