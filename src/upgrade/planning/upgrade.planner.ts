import { Injectable } from '@nestjs/common';
import { mapInFews } from '../../common/breath.js';
import { Clock } from '../../common/clock.js';
import { SharedWork } from '../../common/shared-work.js';
import { checkedReference } from '../../domain/image-reference.js';
import type { ReasonCode } from '../../domain/reasons.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { Environment, Inspection, Service, ServiceRef } from '../../domain/service.js';
import type { Skipped, Upgrade } from '../../domain/upgrade.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { isRancherFailure } from '../../rancher/reason-of.js';
import { UpgradeStore } from '../../store/upgrade-store.js';
import { newRollout, skippedOf } from './new-rollout.js';
import { needsCloserLook, runningImage } from '../judging/judge.js';
import type { Seen, Wanted } from '../judging/judgement.js';
import { ServiceJudge } from '../judging/service-judge.js';
import { UpgradeSettings } from '../upgrade.settings.js';

/** What an upgrade does in one environment: the services it is carried out on, and those it leaves, and why. */
export interface Planned {
  readonly rollouts: readonly Rollout[];
  readonly skipped: readonly Skipped[];
}

/** What is asked of each service of an environment. `heldFrom`: what is held back, by service. */
interface Question {
  readonly upgrade: Upgrade;
  readonly wanted: Wanted;
  readonly heldFrom: ReadonlyMap<string, readonly Hold[]>;
  readonly now: Date;
}

/** Candidates may be some seconds out of date: a service is looked at once more before it is refused for one of these. */
const MAY_BE_OVER: ReadonlySet<ReasonCode> = new Set(['service.inactive', 'service.read_only']);

/** Asks Rancher for the services of a repository and decides about each; serves dry runs as well as the engine. */
@Injectable()
export class UpgradePlanner {
  /** Read once for all environments that are planned at the same time. A start reads anew what is held back from its service. */
  private readonly held = new SharedWork(async () => heldFromEach(await this.store.holds()));

  constructor(
    private readonly rancher: RancherService,
    private readonly store: UpgradeStore,
    private readonly judge: ServiceJudge,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
  ) {}

  /** Every environment that an upgrade is for. Throws like `RancherService.environments`. */
  environments(signal?: AbortSignal): Promise<readonly Environment[]> {
    return this.rancher.environments(signal);
  }

  /**
   * Plans an upgrade in one environment; changes nothing. A service that cannot be upgraded only for the moment gets a
   * rollout, which waits for it.
   *
   * @throws UpdaterError `rancher.*` when the environment cannot be read, `store.*` when the store fails.
   */
  async plan(upgrade: Upgrade, environment: Environment, signal?: AbortSignal): Promise<Planned> {
    const { services, question } = await this.candidates(upgrade, environment, signal);
    return gathered(await mapInFews(services, (service) => this.decideSurely(question, service, signal)));
  }

  /** Plans as `plan` does, with what each rollout would find out just before its start. Throws like `plan`. */
  async planClosely(upgrade: Upgrade, environment: Environment, signal?: AbortSignal): Promise<Planned> {
    const { services, question } = await this.candidates(upgrade, environment, signal);
    const decisions = mapInFews(services, async (service) => {
      const decision = await this.decideSurely(question, service, signal);
      if (!('rollout' in decision) || !needsCloserLook(decision.rollout, service)) return decision;
      return this.decide(question, service, await this.rancher.inspect(service, signal));
    });
    return gathered(await decisions);
  }

  /** The services that run the repository, and what is asked of each. */
  private async candidates(
    upgrade: Upgrade,
    environment: Environment,
    signal?: AbortSignal,
  ): Promise<{ readonly services: readonly Service[]; readonly question: Question }> {
    const services = await this.rancher.candidates(environment, upgrade.repository, signal);
    const heldFrom = await this.held.done();
    return { services, question: { upgrade, wanted: this.wanted(upgrade), heldFrom, now: this.clock.now() } };
  }

  /** Looks at a service before it leaves it for a state that may be over; one that cannot be looked at is left for it. */
  private async decideSurely(question: Question, service: Service, signal?: AbortSignal): Promise<Decision> {
    const decision = this.decide(question, service);
    if (!('skipped' in decision) || !MAY_BE_OVER.has(decision.skipped.reason.code)) return decision;
    try {
      return this.decide(question, await this.rancher.look(service.ref, signal));
    } catch (error) {
      if (isRancherFailure(error)) return decision;
      throw error;
    }
  }

  private decide(question: Question, service: Service, inspection: Inspection | null = null): Decision {
    const { upgrade, wanted, heldFrom, now } = question;
    const holds = heldFrom.get(serviceKey(service.ref)) ?? [];
    const seen: Seen = { service, inspection, holds, awaitsOurs: false, now };
    const judgement = this.judge.judge(seen, wanted);
    if (!judgement.upgrade && !judgement.passing) {
      return { skipped: skippedOf(service, runningImage(service, upgrade.repository), judgement.reason) };
    }
    const reason = judgement.upgrade ? null : judgement.reason;
    const { published } = wanted;
    return { rollout: newRollout({ upgrade, published, seen, reason, defaults: this.settings.defaults }) };
  }

  private wanted({ image, options }: Upgrade): Wanted {
    const { startFirst, ignoreHold } = options;
    const leftover = options.leftover ?? this.settings.AUTOUPDATE_LEFTOVER;
    return { published: checkedReference(image), startFirst, leftover, ignoreHold };
  }
}

/** What is held back, by service: looked up once for each of thousands. */
function heldFromEach(holds: readonly Hold[]): ReadonlyMap<string, readonly Hold[]> {
  const held = new Map<string, Hold[]>();
  for (const hold of holds) {
    const others = held.get(serviceKey(hold.service));
    if (others) others.push(hold);
    else held.set(serviceKey(hold.service), [hold]);
  }
  return held;
}

function serviceKey({ backend, environment, id }: ServiceRef): string {
  return JSON.stringify([backend, environment, id]);
}

type Decision = { readonly rollout: Rollout } | { readonly skipped: Skipped };

function gathered(decisions: readonly Decision[]): Planned {
  return {
    rollouts: decisions.flatMap((decision) => ('rollout' in decision ? [decision.rollout] : [])),
    skipped: decisions.flatMap((decision) => ('skipped' in decision ? [decision.skipped] : [])),
  };
}
