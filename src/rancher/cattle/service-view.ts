import { withoutScheme } from '../../domain/image-reference.js';
import { reason, type Reason } from '../../domain/reasons.js';
import type { Named, Phase, Service, ServiceRef, Sidekick } from '../../domain/service.js';
import { isJsonObject, type LaunchConfig, type ServiceResource } from './api/cattle.wire.js';
import { isSet, LABELS } from './labels.js';

/** What a service's own resource does not tell. */
export interface Surroundings {
  readonly ref: ServiceRef;
  readonly environment: Named;
  readonly stack: Named;
  /** Where people's pages are. */
  readonly pages: string;
  readonly inspectBeforeStart: boolean;
}

const SCHEME = 'docker:';
/** Stands for "no container of its own" in a service that only selects the containers of others. */
const NO_IMAGE = /^docker:(?:rancher\/none(?:[:@]|$)|$)/;

/** Kinds of service that have containers of their own, whose image can be changed. */
export const UPGRADABLE: ReadonlySet<string> = new Set(['service', 'loadBalancerService']);
const MAX_DETAIL = 500;
/** What Cattle says of everything that changes, where it knows no more. */
const NOTHING_TO_SAY = 'In Progress';

/**
 * Every state that Cattle has. While it is `activating`, Cattle would take an upgrade, but the containers that this
 * would replace are only just being made.
 */
const PHASES: ReadonlyMap<string, Phase> = new Map([
  ['requested', 'changing'],
  ['registering', 'changing'],
  ['activating', 'changing'],
  ['active', 'idle'],
  ['updating-active', 'idle'],
  ['restarting', 'changing'],
  ['updating-inactive', 'stopped'],
  ['deactivating', 'stopped'],
  ['inactive', 'stopped'],
  ['upgrading', 'upgrading'],
  ['upgraded', 'upgraded'],
  ['finishing-upgrade', 'finishing'],
  ['rolling-back', 'rolling_back'],
  ['canceling-upgrade', 'cancelling'],
  ['canceled-upgrade', 'cancelled'],
  ['removing', 'gone'],
  ['removed', 'gone'],
]);

/** Whether a service has containers of its own, whose image can be changed. */
export function isUpgradable(resource: ServiceResource): boolean {
  return UPGRADABLE.has(resource.type);
}

/** A service in our words. */
export function viewOf(resource: ServiceResource, surroundings: Surroundings): Service {
  const { ref, environment, stack, pages, inspectBeforeStart } = surroundings;
  const phase = phaseOf(resource.state);
  return {
    ref,
    environment,
    stack,
    name: resource.name,
    link: linkOf(pages, ref, stack.id),
    image: imageOf(resource.launchConfig),
    sidekicks: sidekicksOf(resource),
    labels: labelsOf(resource.launchConfig),
    phase,
    state: resource.state,
    revision: resource.launchConfig?.version ?? '',
    lastUpgrade: lastUpgradeOf(resource),
    scale: scaleOf(resource),
    detail: detailOf(resource),
    canStartFirst: resource.retainIp !== true,
    blocked: blockOf(resource, phase),
    inspectBeforeStart,
  };
}

/** A service that Rancher no longer knows. */
export function goneView(ref: ServiceRef, environment: Named, pages: string): Service {
  const resource = { id: ref.id, type: 'service', name: ref.id, state: 'removed', stackId: '' };
  const stack = { id: '', name: '' };
  return {
    ...viewOf(resource, { ref, environment, stack, pages, inspectBeforeStart: false }),
    link: environmentLink(pages, ref.environment),
    blocked: null,
  };
}

export function phaseOf(state: string): Phase {
  return PHASES.get(state) ?? 'unknown';
}

/** The image reference, spelled as Cattle stores it; null: there is none that could be changed. */
export function imageOf(config: LaunchConfig | null | undefined): string | null {
  const uuid = config?.imageUuid ?? '';
  return uuid.startsWith(SCHEME) && !NO_IMAGE.test(uuid) ? withoutScheme(uuid) : null;
}

/** The images of the main container and of all sidekicks. */
export function imagesOf(resource: ServiceResource): readonly string[] {
  const configs = [resource.launchConfig, ...(resource.secondaryLaunchConfigs ?? [])];
  return configs.map(imageOf).filter((image) => image !== null);
}

/** What Cattle calls an image. */
export function imageUuidOf(image: string): string {
  return `${SCHEME}${image}`;
}

function detailOf({ transitioningMessage: said }: ServiceResource): string | null {
  return said === NOTHING_TO_SAY ? null : said?.slice(0, MAX_DETAIL) || null;
}

/** A global service has a scale as well, but runs once on each host. */
function scaleOf({ scale, launchConfig }: ServiceResource): number | null {
  return isSet(launchConfig?.labels, LABELS.global) ? null : (scale ?? null);
}

/** Cattle keeps it for ever, but it may be anything where two upgrades came at once. */
function lastUpgradeOf({ upgrade }: ServiceResource): Service['lastUpgrade'] {
  const config = upgrade?.inServiceStrategy?.launchConfig;
  const image = isJsonObject(config) ? imageOf(config) : null;
  return image === null || !config?.version ? null : { revision: config.version, image };
}

function labelsOf(config: LaunchConfig | null | undefined): Service['labels'] {
  return Object.fromEntries(
    Object.entries(config?.labels ?? {}).filter(([, value]) => typeof value === 'string'),
  );
}

/** @see rancher/ui 1.6, `app/router.js` */
function linkOf(pages: string, ref: ServiceRef, stack: string): string {
  return `${environmentLink(pages, ref.environment)}/apps/stacks/${stack}/services/${ref.id}`;
}

function environmentLink(pages: string, environment: string): string {
  return `${pages}/env/${environment}`;
}

function sidekicksOf(resource: ServiceResource): readonly Sidekick[] {
  const configs = resource.secondaryLaunchConfigs ?? [];
  const recreated = recreatedWith(resource.name, configs);
  return configs.flatMap((config) => {
    const image = imageOf(config);
    const name = config.name ?? '';
    return image === null ? [] : [{ name, image, recreated: recreated.has(name) }];
  });
}

/**
 * The names of the containers that Cattle makes anew together with the main one: those that use its network or its
 * volumes, and those that use theirs (`UpgradeManagerImpl`, `ServiceUpgradeValidationFilter`).
 */
function recreatedWith(main: string, configs: readonly LaunchConfig[]): ReadonlySet<string> {
  const usersOf = new Map<string, string[]>();
  for (const { name, networkLaunchConfig, dataVolumesFromLaunchConfigs } of configs) {
    for (const used of new Set([networkLaunchConfig ?? '', ...(dataVolumesFromLaunchConfigs ?? [])])) {
      const users = usersOf.get(used);
      if (!name) continue;
      if (users) users.push(name);
      else usersOf.set(used, [name]);
    }
  }
  const recreated = new Set([main]);
  // A set that grows while it is walked through is walked to its end.
  for (const name of recreated) for (const user of usersOf.get(name) ?? []) recreated.add(user);
  return recreated;
}

function blockOf(resource: ServiceResource, phase: Phase): Reason | null {
  if (resource.system) return reason('service.system', `${resource.name} is one of Rancher's own services`);
  if (!isUpgradable(resource)) {
    return reason('service.unsupported', `a ${resource.type} has no containers of its own to upgrade`);
  }
  if (imageOf(resource.launchConfig) === null) {
    return reason('service.unsupported', `${resource.name} has no image of its own to upgrade`);
  }
  if (phase === 'idle' && !resource.actions?.['upgrade']) {
    return reason('service.read_only', `the key may look at ${resource.name}, but not upgrade it`);
  }
  return null;
}
