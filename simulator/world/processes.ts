import { createContainer, removeContainer, startContainer, stopContainer } from './containers.js';
import { converge, removeOutdated, type Pace } from './converge.js';
import { removeService } from './fleet-changes.js';
import type { Steps } from './process.js';
import type { Service } from './records.js';
import { configOf, matching, partsOf, unitsOf, type Target } from './units.js';
import type { World } from './world.js';

const AT_ONCE: Pace = { batchSize: 1, intervalMillis: 0, startFirst: false };

/** What a null pointer in the upgrade of an image-less service reads like (cattle: getNameToVersionToConfig). */
const NULL_VERSION =
  'Cannot invoke "Object.toString()" because the return value of "java.util.Map.get(Object)" is null';

/** Runs an accepted upgrade to its end; also what `continueupgrade` resumes. */
export function* upgrade(world: World, service: Service): Steps {
  yield world.settings.processDelayMs;
  settleUpgrade(service);
  world.touch(service);
  world.log(service, 'service.upgrade', 'Upgrading service');
  if (lacksVersion(service)) yield* hang(world, service);
  yield* converge(world, service, service, paceOf(service));
  yield world.settings.settleMs;
  world.setState(service, 'upgraded');
}

/** Writes what was asked for into `upgrade`; Cattle does so when the process begins (cattle: ServiceUpgrade). */
export function settleUpgrade(service: Service): void {
  service.upgrade = service.pendingUpgrade ?? service.upgrade;
  service.pendingUpgrade = null;
}

/** Ends an upgrade: what is left to replace is replaced, then the old containers go. */
export function* finishUpgrade(world: World, service: Service): Steps {
  world.log(service, 'service.finishupgrade', 'Finishing upgrade');
  yield world.settings.finishMs;
  yield* converge(world, service, service, paceOf(service));
  world.setState(service, 'active');
  yield world.settings.cleanupMs;
  removeOutdated(world, service, service);
}

/** Brings the old containers back, without a wait for their health; with `upgrade: null` there is nothing to go back to. */
export function* rollback(world: World, service: Service, target: Target, interrupted: boolean): Steps {
  const known = service.upgrade !== null;
  if (lacksVersion(service)) yield* hang(world, service);
  yield world.settings.processDelayMs;
  if (interrupted) {
    yield world.settings.settleMs;
    world.setProgress(service, 'yes', 'STATE_CHANGED');
  }
  yield* converge(world, service, target, { ...AT_ONCE, ignoresHealth: true });
  yield world.settings.settleMs;
  if (known) removeOutdated(world, service, target);
  world.setState(service, 'active');
}

/** The running upgrade stops where it is. */
export function* cancelUpgrade(world: World, service: Service): Steps {
  yield world.settings.cancelMs;
  world.setState(service, 'canceled-upgrade');
}

/** From finishing, the old containers are gone already. */
export function* cancelFinish(world: World, service: Service): Steps {
  yield world.settings.cancelMs;
  removeOutdated(world, service, service);
  world.setState(service, 'canceled-upgrade');
}

export function* remove(world: World, service: Service): Steps {
  yield world.settings.removeMs;
  removeService(world, service, 'cattle');
}

export function* deactivate(world: World, service: Service): Steps {
  for (const instance of service.instances) stopContainer(world, service, instance);
  yield world.settings.stopMs + world.settings.settleMs;
  world.setState(service, 'inactive');
}

export function* activate(world: World, service: Service): Steps {
  yield* converge(world, service, service, AT_ONCE);
  yield world.settings.settleMs;
  world.setState(service, 'active');
}

export function* restart(world: World, service: Service): Steps {
  for (const instance of service.instances.filter(({ state }) => state === 'running')) {
    startContainer(world, service, instance);
  }
  yield world.settings.createMs + world.settings.startMs + world.settings.settleMs;
  world.setState(service, 'active');
}

/** A PUT; where it hits an upgrade, the service flips to `upgraded` with old containers still running. */
export function* update(world: World, service: Service): Steps {
  yield world.settings.updateMs / 2;
  const units = unitsOf(service);
  for (const instance of service.instances.filter(({ unit }) => !units.includes(unit))) {
    removeContainer(world, service, instance);
  }
  const running = service.state !== 'updating-inactive';
  for (const unit of running ? units : []) {
    for (const part of partsOf(service)) {
      const served = service.instances.some((instance) => instance.unit === unit && instance.part === part);
      if (!served && matching(service, service, unit, part) === undefined) {
        createContainer(world, service, unit, part, configOf(service, part));
      }
    }
  }
  yield world.settings.updateMs / 2;
  world.setState(service, AFTER_UPDATE[service.state] ?? service.state);
}

/** cattle: done-states of service.update, among them upgrading → upgraded. */
const AFTER_UPDATE: Partial<Record<Service['state'], Service['state']>> = {
  'updating-inactive': 'inactive',
  'updating-active': 'active',
  'finishing-upgrade': 'active',
  activating: 'active',
  'canceling-upgrade': 'canceled-upgrade',
  upgrading: 'upgraded',
  'rolling-back': 'active',
};

function paceOf(service: Service): Pace {
  return service.upgrade?.inServiceStrategy ?? AT_ONCE;
}

function lacksVersion(service: Service): boolean {
  const previous = service.upgrade?.inServiceStrategy?.previousLaunchConfig;
  return previous !== undefined && previous['version'] === undefined;
}

function* hang(world: World, service: Service): Steps {
  yield world.settings.stopMs;
  for (;;) {
    if (service.transitioning !== 'error') world.setProgress(service, 'error', NULL_VERSION);
    yield world.settings.retryMaxMs;
  }
}
