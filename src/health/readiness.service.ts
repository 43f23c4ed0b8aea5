import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import type { HealthCheckName } from '../rancher/rancher.backend.js';
import { RancherService } from '../rancher/rancher.service.js';
import { UpgradeStore } from '../store/upgrade-store.js';

/** Probes come often and from several sides: this is how long one look at Rancher serves them all. */
const KEPT_MS = 2_000;

export interface ReadinessCheck {
  readonly name: HealthCheckName | 'store';
  readonly ok: boolean;
  readonly message: string;
}

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly checks: readonly ReadinessCheck[];
}

/** Whether the service can work now, or at most two seconds ago. */
@Injectable()
export class ReadinessService {
  private looking: Promise<Readiness> | null = null;
  private kept: { readonly readiness: Readiness; readonly untilMs: number } | null = null;

  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {}

  async check(): Promise<Readiness> {
    if (this.kept && this.clock.monotonicMs() < this.kept.untilMs) return this.kept.readiness;
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }

  private async look(): Promise<Readiness> {
    const checks = (await Promise.all([this.checkRancher(), this.checkStore()])).flat();
    const readiness: Readiness = { status: checks.every(({ ok }) => ok) ? 'ready' : 'not_ready', checks };
    this.kept = { readiness, untilMs: this.clock.monotonicMs() + KEPT_MS };
    return readiness;
  }

  private async checkRancher(): Promise<readonly ReadinessCheck[]> {
    try {
      return await this.rancher.check();
    } catch (error) {
      return [failed('rancher', error)];
    }
  }

  private async checkStore(): Promise<ReadinessCheck> {
    try {
      await this.store.check();
      return { name: 'store', ok: true, message: 'the store can be written' };
    } catch (error) {
      return failed('store', error);
    }
  }
}

function failed(name: ReadinessCheck['name'], error: unknown): ReadinessCheck {
  if (error instanceof UpdaterError) return { name, ok: false, message: error.message };
  throw error;
}
