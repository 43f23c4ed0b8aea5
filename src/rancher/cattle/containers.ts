import type { Container } from '../../domain/service.js';
import type { InstanceResource } from './api/cattle.wire.js';
import { isSet, LABELS } from './labels.js';

/** `updating-healthy`: on the way to `healthy`; Cattle counts it as that when it sums up a service. */
const HEALTHY: ReadonlySet<string> = new Set(['healthy', 'updating-healthy']);

/** The containers that a service has made, main ones and sidekicks. */
export function containersOf(instances: readonly InstanceResource[]): readonly Container[] {
  return instances.filter(isMadeByService).map((instance) => ({
    id: instance.id,
    revision: instance.version,
    running: isRunning(instance),
    sound: isSound(instance),
    starts: instance.startCount ?? 0,
    state: instance.state,
  }));
}

/** A container that the service has only selected by a label has no version: it is not the service's to replace. */
export function isMadeByService(
  instance: InstanceResource,
): instance is InstanceResource & { readonly version: string } {
  return typeof instance.version === 'string';
}

export function isRunning({ state }: InstanceResource): boolean {
  return state === 'running';
}

/**
 * Whether a container is as it should be, told from itself alone: a service is `upgraded` too early with some releases
 * (rancher/rancher#12084), and its own health counts old containers as well.
 *
 * - Running is not enough where it is health-checked: `healthState` is then null until it runs, `initializing` or
 *   `reinitializing` at first, and stays `healthy` when it is stopped. Without a check it is null for ever.
 * - One labelled start-once may have ended: `stopped` after at least one start, as Cattle counts it for `started-once`
 *   (`ServiceDiscoveryServiceImpl.isStartOnce`); one that is only being made or has failed has not.
 */
function isSound(instance: InstanceResource): boolean {
  return isRunning(instance) ? isHealthy(instance) : hasEnded(instance);
}

function isHealthy({ healthState, healthCheck }: InstanceResource): boolean {
  const isChecked = (healthCheck ?? healthState ?? null) !== null;
  return !isChecked || HEALTHY.has(healthState ?? '');
}

function hasEnded({ state, labels, startCount }: InstanceResource): boolean {
  return state === 'stopped' && isSet(labels, LABELS.startOnce) && (startCount ?? 0) > 0;
}
