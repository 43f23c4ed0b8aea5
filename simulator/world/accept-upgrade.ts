import type { RaceFault } from '../faults/faults.js';
import type { ActionContext } from './action-context.js';
import { ApiError } from './api-error.js';
import { withVersion } from './launch-config.js';
import { startProcess } from './process.js';
import { settleUpgrade, upgrade } from './processes.js';
import { nameOf, type LaunchConfig } from './configs.js';
import { namesOf, type Service, type ServiceUpgrade } from './records.js';
import type { UpgradeRequest } from './upgrade-body.js';
import type { World } from './world.js';

/** What one accepted upgrade stores. */
interface Stored {
  readonly launchConfig: LaunchConfig;
  readonly secondaries: readonly LaunchConfig[];
  readonly upgrade: ServiceUpgrade;
}

/** Stores the new configurations, then schedules the process: in this order, as Cattle does. */
export function acceptUpgrade(
  world: World,
  service: Service,
  request: UpgradeRequest,
  context: ActionContext,
): void {
  const second = service.state === 'upgrading';
  const race = takeRace(world, service, second);
  const first = second ? storedOf(service) : undefined;
  const base = first === undefined ? service : baseOf(first);
  const ours = prepare(service, base, request, world.ids.uuid());
  store(service, ours);
  if (context.conflict === 'launchConfig') throw ApiError.status(409);
  service.pendingUpgrade = ours.upgrade;
  begin(world, service, context.actor);
  if (race === undefined) return;
  const theirs = first ?? slipIn(world, service, race, base);
  // Each caller has its own image in its 202; what stays is decided a moment later.
  world.clock.schedule(1, () => settleRace(world, service, race, ours, theirs));
}

/** A race with an image of its own needs one POST, one without lets a second POST through. */
function takeRace(world: World, service: Service, second: boolean): RaceFault | undefined {
  const subject = { service: namesOf(service), action: 'upgrade' };
  const race = world.faults.peek('race', subject);
  if (race === undefined || (race.image === undefined) !== second) return undefined;
  return world.faults.take('race', subject);
}

function begin(world: World, service: Service, actor: string): void {
  service.process?.end();
  service.upgradingSince = world.clock.now();
  world.setState(service, 'upgrading', actor);
  startProcess(world, service, 'upgrade', upgrade(world, service));
}

function prepare(
  service: Service,
  base: Pick<Service, 'launchConfig' | 'secondaries'>,
  request: UpgradeRequest,
  version: string,
): Stored {
  const { inService, toService } = request;
  if (inService === null) {
    const nothing = { launchConfig: base.launchConfig, secondaries: base.secondaries };
    return { ...nothing, upgrade: { inServiceStrategy: null, toServiceStrategy: toService } };
  }
  const launchConfig =
    inService.launchConfig === null ? base.launchConfig : withVersion(inService.launchConfig, version);
  const parts = upgradedParts(service, base, request);
  const sent = new Map(inService.secondaries.map((config) => [nameOf(config), config]));
  const names = [...new Set([...sent.keys(), ...parts, ...base.secondaries.map(nameOf)])].filter(
    (name) => name !== '',
  );
  const secondaries = names.flatMap((name) => {
    const config = sent.get(name) ?? base.secondaries.find((stored) => nameOf(stored) === name);
    if (config === undefined || isNone(config)) return [];
    return [parts.has(name) ? withVersion(config, version) : config];
  });
  const primary =
    inService.launchConfig === null && parts.has('') ? withVersion(launchConfig, version) : launchConfig;
  return {
    launchConfig: primary,
    secondaries,
    upgrade: {
      inServiceStrategy: {
        batchSize: inService.batchSize,
        intervalMillis: inService.intervalMillis,
        startFirst: inService.startFirst,
        launchConfig: primary,
        secondaryLaunchConfigs: secondaries,
        previousLaunchConfig: base.launchConfig,
        previousSecondaryLaunchConfigs: base.secondaries,
      },
      toServiceStrategy: toService,
    },
  };
}

/** The parts sent, and those that refer to one of them by network or volumes, transitively. */
function upgradedParts(
  service: Service,
  base: Pick<Service, 'launchConfig' | 'secondaries'>,
  { inService }: UpgradeRequest,
): ReadonlySet<string> {
  const parts = new Set((inService?.secondaries ?? []).map(nameOf));
  if (inService?.launchConfig) parts.add('');
  const all = [
    { name: '', refers: refersTo(base.launchConfig) },
    ...base.secondaries.map((config) => ({ name: nameOf(config), refers: refersTo(config) })),
  ];
  for (let before = -1; before !== parts.size;) {
    before = parts.size;
    for (const { name, refers } of all) {
      if (refers.some((other) => parts.has(other === service.name ? '' : other))) parts.add(name);
    }
  }
  return parts;
}

function refersTo(config: LaunchConfig): readonly string[] {
  const volumes = config['dataVolumesFromLaunchConfigs'];
  const names = [config['networkLaunchConfig'], ...(Array.isArray(volumes) ? volumes : [])];
  return names.filter((name): name is string => typeof name === 'string');
}

function isNone(config: LaunchConfig): boolean {
  const image = config['imageUuid'];
  return image === 'rancher/none' || image === 'docker:rancher/none';
}

function store(service: Service, stored: Pick<Stored, 'launchConfig' | 'secondaries'>): void {
  service.launchConfig = stored.launchConfig;
  service.secondaries = stored.secondaries;
}

function storedOf(service: Service): Stored | undefined {
  const current = service.pendingUpgrade ?? service.upgrade;
  if (current === null) return undefined;
  return { launchConfig: service.launchConfig, secondaries: service.secondaries, upgrade: current };
}

function baseOf({ upgrade: before }: Stored): Pick<Service, 'launchConfig' | 'secondaries'> {
  const strategy = before.inServiceStrategy;
  return {
    launchConfig: strategy?.previousLaunchConfig ?? {},
    secondaries: strategy?.previousSecondaryLaunchConfigs ?? [],
  };
}

function slipIn(
  world: World,
  service: Service,
  race: RaceFault,
  base: Pick<Service, 'launchConfig' | 'secondaries'>,
): Stored | undefined {
  if (race.image === undefined) return undefined;
  const imageUuid = race.image.startsWith('docker:') ? race.image : `docker:${race.image}`;
  const inService = {
    batchSize: 1,
    intervalMillis: 2000,
    startFirst: false,
    launchConfig: { ...base.launchConfig, imageUuid },
    secondaries: [],
  };
  return prepare(service, base, { inService, toService: null }, world.ids.uuid());
}

function settleRace(
  world: World,
  service: Service,
  race: RaceFault,
  ours: Stored,
  theirs: Stored | undefined,
): void {
  if (theirs === undefined || service.state !== 'upgrading') return;
  const [winner, loser] = race.winner === 'theirs' ? [theirs, ours] : [ours, theirs];
  store(service, winner);
  service.pendingUpgrade = winner.upgrade;
  settleUpgrade(service);
  if (race.variant === 'upgrade-null') service.upgrade = null;
  if (race.variant === 'previous-is-other') service.upgrade = withPrevious(winner, loser);
  world.touch(service);
}

function withPrevious({ upgrade: won }: Stored, loser: Stored): ServiceUpgrade {
  const strategy = won.inServiceStrategy;
  if (strategy === null) return won;
  return {
    ...won,
    inServiceStrategy: {
      ...strategy,
      previousLaunchConfig: loser.launchConfig,
      previousSecondaryLaunchConfigs: loser.secondaries,
    },
  };
}
