import type { Fault, FaultHandle } from '../../simulator/faults/faults.js';
import type { Service } from '../../simulator/world/records.js';
import type { UpgradeView } from '../../src/upgrade/routes/upgrade.view.js';
import type { Answer, World } from './world.js';

/** Where a rollout stands when the service is interrupted. */
export const STAGES = [
  'planning',
  'waiting for the service',
  'asking to upgrade, in vain',
  'asking to upgrade',
  'asking to upgrade, late',
  'upgrading',
  'awaiting confirmation',
  'asking to finish, in vain',
  'asking to finish',
  'finishing',
] as const;

export type Stage = (typeof STAGES)[number];

/** Keeps Rancher from letting a rollout get further than its stage. */
const HOLDS: Partial<Record<Stage, Fault>> = {
  planning: { kind: 'forbidden', environment: 'staging' },
  'asking to upgrade, in vain': { kind: 'hang', action: 'upgrade', times: 1 },
  'asking to upgrade': { kind: 'hang', action: 'upgrade', times: 1, committed: true },
  'asking to upgrade, late': { kind: 'latency', action: 'upgrade', times: 1, ms: 100_000 },
  upgrading: { kind: 'never-healthy' },
  'asking to finish, in vain': { kind: 'hang', action: 'finishupgrade', times: 1 },
  'asking to finish': { kind: 'hang', action: 'finishupgrade', times: 1, committed: true },
};

/** What came of an upgrade: how often Rancher was asked, and how often it has accepted an upgrade. */
interface Outcome {
  readonly status: UpgradeView['status'];
  readonly accepted: number;
  readonly upgrades: number;
  readonly finishes: number;
}

/** What shall come of an upgrade that was interrupted: what is done is never asked for again. */
export function outcomeFrom(stage: Stage): Outcome {
  const outcome = { status: 'succeeded', accepted: 1, upgrades: 1, finishes: 1 } as const;
  switch (stage) {
    case 'awaiting confirmation':
      return { ...outcome, status: 'awaiting_confirmation', finishes: 0 };
    case 'asking to upgrade, in vain':
      return { ...outcome, upgrades: 2 };
    case 'asking to finish, in vain':
      return { ...outcome, finishes: 2 };
    default:
      return outcome;
  }
}

/** An upgrade of a service of its own that is brought to a stage and held there. */
export class Trial {
  readonly service: Service;
  private id = '';
  private held: FaultHandle | undefined;

  constructor(
    private readonly world: World,
    readonly stage: Stage,
    name: string,
  ) {
    this.service = world.add(
      name,
      {
        state: stage === 'waiting for the service' ? 'restarting' : 'active',
        healthCheck: stage === 'upgrading',
      },
      stage === 'planning' ? 'staging' : 'production',
    );
  }

  async begin(): Promise<void> {
    const { stage, service, world } = this;
    const hold = HOLDS[stage];
    this.held =
      hold && world.rancher.faults.add(stage === 'planning' ? hold : { ...hold, service: service.name });
    const confirm = stage !== 'awaiting confirmation';
    this.id = await world.begin({ docker_image: `acme/${service.name}:2.0.0`, confirm, timeout: 600 });
  }

  /** Resolves when it is where it is held. */
  reached(): Promise<void> {
    const { stage, service, world } = this;
    return world.until(`${service.name} is ${stage}`, () => this.isReached());
  }

  /** Nothing holds it up any longer. */
  goOn(): void {
    this.held?.remove();
    if (this.stage === 'waiting for the service') this.world.rancher.as('alice').activate(this.service);
  }

  /** What a caller gets who waits for it to settle. */
  waits(): Promise<Answer<UpgradeView>> {
    return this.world.get(`/upgrades/${this.id}?wait=300`);
  }

  /** What came of it, once it has settled. */
  async outcome(): Promise<Outcome> {
    const { service, world } = this;
    const { status } = await world.settled(this.id);
    return {
      status,
      accepted: world.accepted(service).length,
      upgrades: world.actions(service, 'upgrade').length,
      finishes: world.actions(service, 'finishupgrade').length,
    };
  }

  private async isReached(): Promise<boolean> {
    const { stage, service, world } = this;
    const { message, rollouts } = await world.view(this.id);
    switch (stage) {
      case 'planning':
        return message.startsWith('waiting for Rancher');
      case 'waiting for the service':
        return rollouts[0]?.reason?.code === 'service.busy';
      case 'asking to upgrade, in vain':
      case 'asking to upgrade':
      case 'asking to upgrade, late':
        return world.actions(service, 'upgrade').length > 0;
      case 'upgrading':
        return rollouts[0]?.status === 'upgrading';
      case 'awaiting confirmation':
        return rollouts[0]?.status === 'awaiting_confirmation';
      case 'asking to finish, in vain':
      case 'asking to finish':
        return world.actions(service, 'finishupgrade').length > 0;
      case 'finishing':
        return world.course(service).some((state) => state.startsWith('finishing-upgrade'));
    }
  }
}

/** Brings an upgrade to each of these stages; the others shall not wait for an environment that cannot be planned. */
export async function tryAll(world: World, stages: readonly Stage[]): Promise<readonly Trial[]> {
  const trials = stages.map((stage, index) => new Trial(world, stage, `web-${index}`));
  const isPlanning = ({ stage }: Trial) => stage === 'planning';
  const [planning, others] = [trials.filter(isPlanning), trials.filter((trial) => !isPlanning(trial))];
  for (const group of [others, planning]) {
    for (const trial of group) await trial.begin();
    for (const trial of group) await trial.reached();
  }
  return trials;
}
