import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import {
  atVersionOf,
  formatImageReference,
  parseImageReference,
  type ImageReference,
} from '../../domain/image-reference.js';
import type { Environment, Service } from '../../domain/service.js';
import type { Rollout, Skipped, Upgrade } from '../../domain/upgrade.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { needsInspection } from '../rollouts/before-start.js';
import { timeoutOf } from '../options.js';
import { judge, recreatedSidekicks, runningImage, type Judgement, type Rules, type Seen } from './plan.js';
import { VersionPolicy } from '../policies/version-policy.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** What an upgrade does in one environment: the services it is carried out on, and those it leaves, and why. */
export interface Planned {
  readonly rollouts: readonly Rollout[];
  readonly skipped: readonly Skipped[];
}

/** Asks Rancher for the services of a repository and decides about each; serves dry runs as well as the engine. */
@Injectable()
export class UpgradePlanner {
  private readonly rules: Rules;

  constructor(
    private readonly rancher: RancherService,
    policy: VersionPolicy,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
  ) {
    this.rules = {
      enableLabels: settings.enableLabels,
      judgeVersion: (labels, running, published) => policy.judge(labels, running, published),
    };
  }

  /** Every environment that an upgrade is for. Throws like `RancherService.environments`. */
  environments(): Promise<readonly Environment[]> {
    return this.rancher.environments();
  }

  /**
   * Plans an upgrade in one environment; changes nothing. A service that cannot be upgraded only for the moment gets a
   * rollout, which waits for it.
   *
   * @throws UpdaterError `rancher.*` when the environment cannot be read.
   */
  async plan(upgrade: Upgrade, environment: Environment): Promise<Planned> {
    const services = await this.rancher.candidates(environment, upgrade.repository);
    const now = this.clock.now();
    return gathered(services.map((service) => this.decide(upgrade, { service, inspection: null, now })));
  }

  /** Plans as `plan` does, with what each rollout would find out just before its start. Throws like `plan`. */
  async planClosely(upgrade: Upgrade, environment: Environment): Promise<Planned> {
    const services = await this.rancher.candidates(environment, upgrade.repository);
    const now = this.clock.now();
    const decisions: Decision[] = [];
    for (const service of services) {
      const decision = this.decide(upgrade, { service, inspection: null, now });
      const looksCloser = 'rollout' in decision && needsInspection(decision.rollout, service);
      const inspection = looksCloser ? await this.rancher.inspect(service) : null;
      decisions.push(inspection ? this.decide(upgrade, { service, inspection, now }) : decision);
    }
    return gathered(decisions);
  }

  /** Decides about a rollout's service as it was just seen. */
  judgeRollout(rollout: Rollout, seen: Seen): Judgement {
    const wanted = { published: referenceOf(rollout.to), startFirst: rollout.startFirst };
    return judge(seen, wanted, this.rules);
  }

  private decide(upgrade: Upgrade, seen: Seen): Decision {
    const published = referenceOf(upgrade.image);
    const judgement = judge(seen, { published, startFirst: upgrade.options.startFirst }, this.rules);
    if (!judgement.upgrade && !judgement.passing) {
      return {
        skipped: skippedOf(seen.service, runningImage(seen.service, upgrade.repository), judgement.reason),
      };
    }
    return { rollout: this.rolloutOf(upgrade, published, seen, judgement.upgrade ? null : judgement.reason) };
  }

  private rolloutOf(
    upgrade: Upgrade,
    published: ImageReference,
    { service, now }: Seen,
    reason: Rollout['reason'],
  ): Rollout {
    const { options } = upgrade;
    const from = service.image ?? '';
    return {
      id: randomUUID(),
      upgradeId: upgrade.id,
      service: service.ref,
      environment: service.environment,
      stack: service.stack,
      name: service.name,
      link: service.link,
      from,
      to: formatImageReference(atVersionOf(referenceOf(from), published)),
      recreated: recreatedSidekicks(service),
      status: 'queued',
      reason,
      attempt: null,
      revision: null,
      confirm: options.confirm,
      startFirst: options.startFirst,
      timeout: timeoutOf(options, service.labels, this.settings.AUTOUPDATE_TIMEOUT),
      startedAt: null,
      finishedAt: null,
      dueAt: now,
      busySince: null,
      outage: null,
      unseenMs: 0,
      version: 0,
    };
  }
}

type Decision = { readonly rollout: Rollout } | { readonly skipped: Skipped };

function gathered(decisions: readonly Decision[]): Planned {
  return {
    rollouts: decisions.flatMap((decision) => ('rollout' in decision ? [decision.rollout] : [])),
    skipped: decisions.flatMap((decision) => ('skipped' in decision ? [decision.skipped] : [])),
  };
}

function skippedOf(service: Service, running: string, reason: Skipped['reason']): Skipped {
  return {
    environment: service.environment,
    stack: service.stack,
    service: { id: service.ref.id, name: service.name },
    link: service.link,
    running,
    reason,
  };
}

/** Reads what was checked before it was stored. */
function referenceOf(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.reference;
  throw new Error(parsed.problem);
}
