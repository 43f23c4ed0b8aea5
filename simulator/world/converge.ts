import { createContainer, removeContainer, startContainer, stopContainer } from './containers.js';
import type { Steps } from './process.js';
import type { Instance, Service } from './records.js';
import {
  configOf,
  isDone,
  isReady,
  isRunning,
  matching,
  outdated,
  partsOf,
  unitsOf,
  type Readiness,
  type Target,
} from './units.js';
import type { World } from './world.js';

/** How fast units are replaced, and in which order old and new. */
export interface Pace {
  readonly batchSize: number;
  readonly intervalMillis: number;
  readonly startFirst: boolean;
  /** Running is enough, whatever the health checks say; default false. */
  readonly ignoresHealth?: boolean;
}

/**
 * Brings a service to its target, unit by unit, and retries for ever (cattle: UpgradeManagerImpl).
 * Old containers end stopped; old ones that match the target are started again.
 */
export function* converge(world: World, service: Service, target: Target, pace: Pace): Steps {
  const todo = unitsOf(service)
    .filter((unit) => !isDone(service, target, unit, readinessFor(pace)))
    .toReversed();
  for (let first = 0; first < todo.length; first += pace.batchSize) {
    if (first > 0) yield world.settings.settleMs + pace.intervalMillis;
    yield* replace(world, service, target, todo.slice(first, first + pace.batchSize), pace);
  }
}

function* replace(
  world: World,
  service: Service,
  target: Target,
  units: readonly number[],
  pace: Pace,
): Steps {
  if (pace.startFirst) {
    yield* bringUp(world, service, target, units, readinessFor(pace));
    yield world.settings.replaceMs;
    yield* takeDown(world, service, target, units);
    return;
  }
  yield* takeDown(world, service, target, units);
  yield* bringUp(world, service, target, units, readinessFor(pace));
}

function readinessFor({ ignoresHealth = false }: Pace): Readiness {
  return ignoresHealth ? isRunning : isReady;
}

function* takeDown(world: World, service: Service, target: Target, units: readonly number[]): Steps {
  const old = outdated(service, target, units);
  for (const failed of old.filter(({ state }) => state === 'error')) {
    giveUp(service, failed);
    removeContainer(world, service, failed);
  }
  const running = old.filter(({ state }) => state !== 'stopped' && state !== 'error');
  for (const instance of running) stopContainer(world, service, instance);
  if (running.length > 0) yield world.settings.stopMs + world.settings.replaceMs;
}

/** Where a new container failed, Cattle has given up the old one: a rollback makes a fresh one of the old image. */
function giveUp(service: Service, failed: Instance): void {
  for (const instance of service.instances) {
    const replaced = instance.unit === failed.unit && instance.part === failed.part;
    if (replaced && instance.state === 'stopped') instance.discarded = true;
  }
}

function* bringUp(
  world: World,
  service: Service,
  target: Target,
  units: readonly number[],
  ready: Readiness,
): Steps {
  for (let attempt = 1; ; attempt += 1) {
    const wanted = units.flatMap((unit) =>
      partsOf(target).map((part) => ensure(world, service, target, unit, part)),
    );
    const failed = yield* waitFor(world, service, wanted, ready);
    if (failed.length === 0) return;
    const bad = failed[0];
    if (bad?.state === 'error') yield* report(world, service, bad, attempt);
    for (const instance of failed) removeContainer(world, service, instance);
    yield world.settings.replaceMs;
  }
}

function ensure(world: World, service: Service, target: Target, unit: number, part: string): Instance {
  const existing = matching(service, target, unit, part);
  if (existing === undefined) {
    return createContainer(world, service, unit, part, configOf(target, part));
  }
  if (existing.state === 'stopped') startContainer(world, service, existing);
  return existing;
}

/** Waits until all are ready; hands back those that are in error or have been unhealthy for too long. */
function* waitFor(
  world: World,
  service: Service,
  wanted: readonly Instance[],
  ready: Readiness,
): Generator<number, readonly Instance[]> {
  const { pollMs, waitMs, unhealthyReplaceMs } = world.settings;
  for (let waited = 0; ; waited += pollMs) {
    const failed = wanted.filter(({ state }) => state === 'error');
    if (failed.length > 0) return failed;
    const open = wanted.filter((instance) => !ready(instance));
    const slow = open[0];
    if (slow === undefined) return [];
    if (waited >= unhealthyReplaceMs) return open;
    if (waited >= waitMs) showWait(world, service, slow);
    yield pollMs;
  }
}

function showWait(world: World, service: Service, slow: Instance): void {
  const message = `Waiting: healthy [container:1i${slow.id}]`;
  if (service.transitioning === 'error' || service.transitioningMessage?.startsWith('Waiting:')) return;
  world.setProgress(service, 'yes', message);
  world.log(service, 'service.upgrade.wait', message, 'info', slow);
}

function* report(world: World, service: Service, bad: Instance, attempt: number): Steps {
  yield world.settings.errorReportMs;
  const container = `[container:1i${bad.id}]`;
  const reason = bad.error ?? 'unknown';
  const message = `Failed to allocate instance ${container}: Bad instance ${container} in state [error]: ${reason}`;
  world.setProgress(service, 'error', message);
  world.log(service, 'service.upgrade.wait.exception', message, 'error', bad);
  world.log(service, 'service.upgrade.exception', message, 'error', bad);
  const { retryMs, retryMaxMs } = world.settings;
  yield Math.min(retryMaxMs, retryMs * 2 ** Math.floor((attempt - 1) / 6));
}

/** Takes away every container that the target does not want, at once. */
export function removeOutdated(world: World, service: Service, target: Target): void {
  for (const instance of leftovers(service, target)) removeContainer(world, service, instance);
}

function leftovers(service: Service, target: Target): readonly Instance[] {
  const kept = new Set<Instance | undefined>(
    unitsOf(service).flatMap((unit) => partsOf(target).map((part) => matching(service, target, unit, part))),
  );
  return service.instances.filter((instance) => !kept.has(instance));
}
