import { imageOf, nameOf, type LaunchConfig } from './configs.js';
import type { Instance, Service } from './records.js';
import { isGlobal } from './upgrade-body.js';

/** What a service shall run: its primary configuration and its sidekicks'. */
export interface Target {
  readonly launchConfig: LaunchConfig;
  readonly secondaries: readonly LaunchConfig[];
}

const WITHOUT_CONTAINERS = new Set(['dnsService', 'externalService', 'composeService', 'kubernetesService']);

/** Numbers of the deployment units a service should have: 1 to its scale, or one for each host. */
export function unitsOf(service: Service): readonly number[] {
  if (WITHOUT_CONTAINERS.has(service.type) || imageOf(service.launchConfig) === 'docker:rancher/none') {
    return [];
  }
  if (!('imageUuid' in service.launchConfig) && service.launchConfig['version'] === undefined) return [];
  const count = isGlobal(service.launchConfig) ? service.environment.hosts.length : service.scale;
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The parts of one unit: `''` for the primary, then the names of the sidekicks. */
export function partsOf(target: Target): readonly string[] {
  return ['', ...target.secondaries.map(nameOf)];
}

/** The configuration of one part. */
export function configOf(target: Target, part: string): LaunchConfig {
  if (part === '') return target.launchConfig;
  return target.secondaries.find((config) => nameOf(config) === part) ?? target.launchConfig;
}

/** The container that already has the wanted version, whatever its state. */
export function matching(service: Service, target: Target, unit: number, part: string): Instance | undefined {
  const version = configOf(target, part)['version'];
  return service.instances.findLast(
    (instance) =>
      instance.unit === unit && instance.part === part && instance.version === version && !instance.discarded,
  );
}

/** Containers of these units that do not have the wanted version. */
export function outdated(service: Service, target: Target, units: readonly number[]): readonly Instance[] {
  const versions = new Map(partsOf(target).map((part) => [part, configOf(target, part)['version']] as const));
  return service.instances.filter(
    ({ unit, part, version }) => units.includes(unit) && versions.get(part) !== version,
  );
}

/** When a container counts as up. */
export type Readiness = (instance: Instance) => boolean;

/** Whether all containers of a unit are up in the wanted version and no other one runs. */
export function isDone(service: Service, target: Target, unit: number, ready: Readiness): boolean {
  const up = partsOf(target).every((part) => {
    const instance = matching(service, target, unit, part);
    return instance !== undefined && ready(instance);
  });
  return up && outdated(service, target, [unit]).every((instance) => !isRunning(instance));
}

export function isRunning({ state }: Instance): boolean {
  return state === 'running';
}

/** Whether a container runs and, where it is health-checked, is healthy. */
export function isReady(instance: Instance): boolean {
  return isRunning(instance) && (instance.health === null || instance.health === 'healthy');
}
