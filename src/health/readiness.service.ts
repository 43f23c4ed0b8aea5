import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import type { HealthCheckName } from '../rancher/rancher.backend.js';
import { RancherService } from '../rancher/rancher.service.js';
import { type OutboxHead, UpgradeStore } from '../store/upgrade-store.js';
import { Kept } from './kept.js';
import { warningsOf, type Warning } from './warnings.js';

/** Probes come often and from several sides: this is how long one look serves them all. Rancher has more to do than we. */
const STORE_KEPT_MS = 2_000;
const RANCHER_KEPT_MS = 10_000;

export interface ReadinessCheck {
  readonly name: HealthCheckName | 'store';
  readonly ok: boolean;
  readonly message: string;
}

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly checks: readonly ReadinessCheck[];
  /** What is amiss, though the service works. */
  readonly warnings: readonly Warning[];
}

interface StoreLook {
  readonly check: ReadinessCheck;
  readonly outbox: readonly OutboxHead[];
}

/** Whether the service can work: as its store was at most two seconds ago, and Rancher at most ten. */
@Injectable()
export class ReadinessService {
  private readonly rancherChecks: Kept<readonly ReadinessCheck[]>;
  private readonly storeCheck: Kept<StoreLook>;

  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {
    this.rancherChecks = new Kept(() => this.checkRancher(), RANCHER_KEPT_MS, clock);
    this.storeCheck = new Kept(() => this.checkStore(), STORE_KEPT_MS, clock);
  }

  async check(): Promise<Readiness> {
    const looks = [this.rancherChecks.get(), this.storeCheck.get()] as const;
    const [rancher, { check, outbox }] = await Promise.all(looks);
    const checks = [...rancher, check];
    const status = checks.every(({ ok }) => ok) ? 'ready' : 'not_ready';
    return { status, checks, warnings: warningsOf(this.rancher.fleet(), outbox, this.clock.now()) };
  }

  private async checkRancher(): Promise<readonly ReadinessCheck[]> {
    try {
      return await this.rancher.check();
    } catch (error) {
      return [failed('rancher', error)];
    }
  }

  /** What waits in it is told where it can be read. */
  private async checkStore(): Promise<StoreLook> {
    try {
      await this.store.check();
      const outbox = await this.store.outboxHeads();
      return { check: { name: 'store', ok: true, message: 'the store can be written' }, outbox };
    } catch (error) {
      return { check: failed('store', error), outbox: [] };
    }
  }
}

function failed(name: ReadinessCheck['name'], error: unknown): ReadinessCheck {
  if (error instanceof UpdaterError) return { name, ok: false, message: error.message };
  throw error;
}
