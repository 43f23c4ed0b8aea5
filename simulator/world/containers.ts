import type { FaultSubject } from '../faults/faults.js';
import { isObject } from '../json.js';
import { imageOf, versionOf, type LaunchConfig } from './configs.js';
import { namesOf, type Instance, type Service } from './records.js';
import { numberIn } from './numbers.js';
import type { World } from './world.js';

/** Adds a container in a given state, without any of it taking time. */
export function addContainer(
  world: World,
  service: Service,
  unit: number,
  part: string,
  config: LaunchConfig,
  state: Instance['state'],
): Instance {
  const id = world.counters.instance.next();
  const before = state === 'running' || state === 'stopped';
  if (part === '') service.createIndex = (service.createIndex ?? 0) + 1;
  const instance: Instance = {
    id,
    uuid: world.ids.uuid(),
    externalId: world.ids.hex(64),
    name: [service.stack.name, service.name, part, String(unit)].filter((word) => word !== '').join('-'),
    madeFor: { service: service.name, stack: service.stack.name },
    unit,
    part,
    config,
    version: versionOf(config) ?? '0',
    createIndex: service.createIndex ?? 1,
    created: world.clock.now(),
    host: hostFor(service, unit, config),
    deploymentUnitUuid: world.ids.uuid(),
    ip: `10.42.${(id >> 8) % 256}.${id % 256}`,
    state,
    health: before && hasHealthCheck(config) ? 'healthy' : null,
    startCount: before ? 1 : 0,
    firstRunning: before ? world.clock.now() : null,
    error: null,
    removed: null,
    discarded: false,
    timer: null,
  };
  service.instances.push(instance);
  world.instances.set(id, { service, instance });
  return instance;
}

/** Creates a container; it starts by itself after its time, or ends in `error`. */
export function createContainer(
  world: World,
  service: Service,
  unit: number,
  part: string,
  config: LaunchConfig,
): Instance {
  const instance = addContainer(world, service, unit, part, config, 'creating');
  world.log(service, 'service.instance.create', 'Creating extra service instance', 'info', instance);
  touch(world, service, instance);
  later(world, instance, world.settings.createMs, () => startContainer(world, service, instance));
  return instance;
}

/** Starts a created or stopped container. */
export function startContainer(world: World, service: Service, instance: Instance): void {
  setState(world, service, instance, 'starting');
  const subject = subjectOf(service, instance);
  const pull = world.faults.peek('slow-pull', subject)?.ms ?? world.settings.pullMs;
  later(world, instance, pull + world.settings.startMs, () => {
    instance.error = failureOf(world, instance, subject);
    if (instance.error === null) running(world, service, instance);
    else setState(world, service, instance, 'error');
  });
}

const NETWORK_MODES = new Set(['managed', 'bridge', 'host', 'none', 'container']);

/** Why a container cannot start; an unknown network mode is accepted by the API and fails only here. */
function failureOf(world: World, { config }: Instance, subject: FaultSubject): string | null {
  const mode = config['networkMode'];
  if (typeof mode === 'string' && !NETWORK_MODES.has(mode)) {
    return `Failed to find network for networkMode ${mode}`;
  }
  const missing = world.faults.take('image-missing', subject);
  if (missing === undefined) return null;
  const image = (imageOf(config) ?? '').replace(/^docker:/, '');
  return missing.message ?? `Image [${image}] failed to pull: image ${image} not found`;
}

function running(world: World, service: Service, instance: Instance): void {
  instance.startCount += 1;
  instance.firstRunning ??= world.clock.now();
  const again = instance.health !== null;
  instance.health = hasHealthCheck(instance.config) ? (again ? 'reinitializing' : 'initializing') : null;
  setState(world, service, instance, 'running');
  const crash = world.faults.peek('crash-loop', subjectOf(service, instance));
  if (crash !== undefined) {
    later(world, instance, crash.everyMs ?? world.settings.crashMs, () =>
      startContainer(world, service, instance),
    );
  } else if (instance.health !== null) {
    world.waiting.add(service);
    checkHealth(world, service, instance);
  }
}

/** Lets a running container become healthy after its time, unless a fault keeps it from it. */
function checkHealth(world: World, service: Service, instance: Instance): void {
  const subject = subjectOf(service, instance);
  if (world.faults.peek('never-healthy', subject) !== undefined) return;
  const ms = world.faults.peek('healthy-after', subject)?.ms ?? world.settings.healthMs;
  later(world, instance, ms, () => {
    if (world.faults.peek('never-healthy', subject) !== undefined) return;
    instance.health = 'healthy';
    touch(world, service, instance);
  });
}

/** Looks again at a container that waits for its health, after a fault has been switched. */
export function recheckHealth(world: World, service: Service): void {
  const waiting = service.instances.filter(
    ({ health }) => health !== null && health.endsWith('initializing'),
  );
  if (waiting.length === 0) world.waiting.delete(service);
  for (const instance of waiting) {
    if (instance.state === 'running' && instance.timer === null) checkHealth(world, service, instance);
  }
}

/** Stops a container; it is `stopping` for a while. */
export function stopContainer(world: World, service: Service, instance: Instance): void {
  if (instance.state === 'stopped' || instance.state === 'stopping') return;
  setState(world, service, instance, 'stopping');
  later(world, instance, world.settings.stopMs, () => setState(world, service, instance, 'stopped'));
}

/** Takes a container away: it no longer belongs to its service. */
export function removeContainer(world: World, service: Service, instance: Instance): void {
  instance.timer?.();
  instance.timer = null;
  const place = service.instances.indexOf(instance);
  if (place >= 0) service.instances.splice(place, 1);
  world.instances.delete(instance.id);
  instance.removed = world.clock.now();
  setState(world, service, instance, 'removed');
}

export function hasHealthCheck(config: LaunchConfig): boolean {
  return isObject(config['healthCheck']);
}

function subjectOf(service: Service, instance: Instance): FaultSubject {
  return {
    service: namesOf(service),
    environment: [service.environment.name, `1a${service.environment.id}`],
    image: imageOf(instance.config),
  };
}

function hostFor(service: Service, unit: number, config: LaunchConfig): Instance['host'] {
  const { hosts } = service.environment;
  const requested = config['requestedHostId'];
  const wanted = typeof requested === 'string' ? numberIn(requested) : null;
  return hosts.find(({ id }) => id === wanted) ?? hosts[(unit - 1) % Math.max(1, hosts.length)] ?? null;
}

function setState(world: World, service: Service, instance: Instance, state: Instance['state']): void {
  instance.state = state;
  touch(world, service, instance);
}

function touch(world: World, service: Service, instance: Instance): void {
  world.changes.emit({ kind: 'instance', service, instance });
}

function later(world: World, instance: Instance, ms: number, task: () => void): void {
  instance.timer?.();
  instance.timer = world.clock.schedule(ms, () => {
    instance.timer = null;
    task();
  });
}
