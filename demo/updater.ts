import { askJson } from './ask-json.js';
import { until } from '../tools/until.js';

/** What the demo reads of the service's answers. */
export interface Upgrade {
  readonly id: string | null;
  readonly image: string;
  readonly status: string;
  readonly message: string;
  readonly rollouts: readonly Rollout[];
  readonly skipped: readonly Skipped[];
}

interface Rollout extends Place {
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly reason: Reason | null;
  readonly recreated_sidekicks: readonly string[];
}

interface Skipped extends Place {
  readonly running: string;
  readonly reason: Reason;
}

export interface Place {
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

export interface UpgradeRequest {
  readonly docker_image: string;
  readonly confirm?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly on_failure?: 'leave' | 'rollback';
  readonly dry_run?: boolean;
}

const LOOK_MS = 200;
const READY_SECONDS = 30;
const SETTLE_SECONDS = 120;

/** The service, as CI and people talk to it. */
export class Updater {
  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves as soon as it says that it can do its work. */
  async ready(): Promise<void> {
    await until('the service is ready', READY_SECONDS, LOOK_MS, this.signal, async () => {
      const { ok } = await fetch(`${this.url}/health/ready`, { signal: this.signal });
      return ok;
    });
  }

  ask(request: UpgradeRequest): Promise<Upgrade> {
    return askJson<Upgrade>(`${this.url}/upgrade`, this.signal, request);
  }

  /** Follows an upgrade that was accepted, telling of each look at it, and answers it once it has settled. */
  async follow(accepted: Upgrade, seen: (upgrade: Upgrade) => Promise<void>): Promise<Upgrade> {
    let upgrade = accepted;
    await until(`${upgrade.image} has settled`, SETTLE_SECONDS, LOOK_MS, this.signal, async () => {
      upgrade = await askJson<Upgrade>(`${this.url}/upgrades/${accepted.id}`, this.signal);
      await seen(upgrade);
      return upgrade.status !== 'running';
    });
    return upgrade;
  }
}
