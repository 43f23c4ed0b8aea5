import type { Instance, Service } from './records.js';
import { isGlobal } from './upgrade-body.js';
import { partsOf, unitsOf } from './units.js';

/** Health of a service from its running containers against what it should run (cattle: ServiceDiscoveryServiceImpl). */
export function healthOf(service: Service): string {
  const expected = unitsOf(service).length * partsOf(service).length;
  if (service.state === 'inactive' && service.scale > 0 && unitsOf(service).length > 0) return 'unhealthy';
  if (expected === 0 || service.state === 'removed' || isGlobalDuringUpgrade(service)) return 'healthy';
  const running = service.instances.filter(({ state }) => state === 'running');
  const healthy = running.filter(isHealthy).length;
  if (healthy >= expected) return 'healthy';
  if (running.some(isInitializing)) return 'initializing';
  return healthy > 0 ? 'degraded' : 'unhealthy';
}

/** A global service was seen `healthy` all through its upgrade. */
function isGlobalDuringUpgrade(service: Service): boolean {
  return isGlobal(service.launchConfig) && service.instances.length > 0;
}

function isHealthy(instance: Instance): boolean {
  return instance.health === null || instance.health === 'healthy';
}

function isInitializing({ health }: Instance): boolean {
  return health === 'initializing' || health === 'reinitializing';
}
