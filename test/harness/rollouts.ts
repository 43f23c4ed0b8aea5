import type { ServiceDescription } from '../../simulator/fleet.js';
import type { Service } from '../../simulator/world/records.js';
import type { Command } from '../../src/upgrade/judging/bearing.js';
import type { RolloutView, UpgradeView } from '../../src/upgrade/routes/upgrade.view.js';
import type { Answer, World } from './world.js';

/** What an answer has that is no view. */
export interface Problem {
  readonly code?: string;
  readonly message: string;
}

/** The rollout of a service, or the only one. */
export async function rolloutOf(world: World, upgradeId: string, service?: Service): Promise<RolloutView> {
  const { rollouts } = await world.view(upgradeId);
  const found = rollouts.find((rollout) => rollout.service.id === (service?.ref ?? rollout.service.id));
  if (!found) throw new Error(`the upgrade ${upgradeId} has no such rollout`);
  return found;
}

/** Resolves as soon as the rollout of a service, or the only one, has this status; fails with what it has instead. */
export async function untilRollout(
  world: World,
  upgradeId: string,
  status: RolloutView['status'],
  service?: Service,
): Promise<void> {
  let seen: UpgradeView | null = null;
  const isSo = async () => {
    seen = await world.view(upgradeId);
    return seen.rollouts.some(
      (rollout) => rollout.status === status && rollout.service.id === (service?.ref ?? rollout.service.id),
    );
  };
  await world.until(`its rollout is ${status}`, isSo).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(seen)}`);
  });
}

/** Asks for a command on a whole upgrade, or on one rollout of it. */
export function decide(
  world: World,
  upgradeId: string,
  command: Command,
  rolloutId?: string | null,
): Promise<Answer<UpgradeView & Problem>> {
  const query = rolloutId ? `?rollout=${rolloutId}` : '';
  return world.ask('POST', `/upgrades/${upgradeId}/${command}${query}`);
}

/** What Rancher was asked to do with a service, in order: `upgrade`, `finishupgrade`, … */
export function asked(world: World, service: Service): readonly string[] {
  return world.requests(service, 'POST').map(({ query }) => query.replace('action=', ''));
}

/** The images that a service's running containers run, without those of sidekicks. */
export function runningIn(service: Service): readonly (string | undefined)[] {
  return service.instances
    .filter(({ state, part }) => state === 'running' && part === '')
    .map(({ config }) => String(config['imageUuid']).replace('docker:', ''));
}

/** A service that has a health check, and an image for it that never becomes healthy. */
export function ailing(
  world: Pick<World, 'rancher' | 'add'>,
  name: string,
  description: Partial<ServiceDescription> = {},
): Service {
  world.rancher.faults.add({ kind: 'never-healthy', image: `acme/${name}:2.0.0` });
  return world.add(name, { healthCheck: true, ...description });
}
