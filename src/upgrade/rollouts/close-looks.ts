import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { Reason } from '../../domain/reasons.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { Inspection, Service, ServiceRef, Sighting } from '../../domain/service.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure, reasonOf } from '../../rancher/reason-of.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { needsInspection } from './needs-inspection.js';

/** A service, and since when at the least it is so. */
export interface Glance {
  readonly service: Service;
  readonly at: Date;
}

/** A glance and, where that matters, what the containers show and what is held back; or why nothing could be seen. */
export type CloseLook =
  | (Glance & {
      readonly seen: true;
      readonly inspection: Inspection | null;
      readonly holds: readonly Hold[];
    })
  | { readonly seen: false; readonly reason: Reason };

/**
 * Gathers what the next move of a rollout is chosen from. What Rancher fails with is part of the answer; every method throws
 * `store.*` when the store fails.
 */
@Injectable()
export class CloseLooks {
  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {}

  /** Each sight of the service from now on, until the signal is aborted: see `RancherService.observe`. */
  sightsOf(service: ServiceRef, signal: AbortSignal): AsyncIterator<Sighting> {
    return this.rancher.observe(service, signal)[Symbol.asyncIterator]();
  }

  /** Asks for the service. It may be as old as the question: a start that was still on its way then is not seen. */
  async ofRollout(rollout: Rollout, signal: AbortSignal): Promise<CloseLook> {
    const at = this.clock.now();
    try {
      const service = await this.rancher.look(rollout.service, signal);
      return await this.ofGlance(rollout, { service, at }, signal);
    } catch (error) {
      if (!isRancherFailure(error)) throw error;
      return { seen: false, reason: reasonOf(error) };
    }
  }

  /** Completes a sight that has come just now. */
  async ofSight(rollout: Rollout, sight: Sighting, signal: AbortSignal): Promise<CloseLook> {
    if (!sight.seen) return sight;
    return this.ofGlance(rollout, { service: sight.service, at: this.clock.now() }, signal);
  }

  /** Adds what else matters of a service that was just seen. */
  async ofGlance(rollout: Rollout, { service, at }: Glance, signal: AbortSignal): Promise<CloseLook> {
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
