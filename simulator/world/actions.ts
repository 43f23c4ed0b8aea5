import type { JsonObject } from '../json.js';
import type { ActionContext } from './action-context.js';
import { ApiError } from './api-error.js';
import type { LaunchConfigRules } from './launch-config.js';
import { numberIn } from './numbers.js';
import { startProcess } from './process.js';
import * as processes from './processes.js';
import { namesOf, type Service } from './records.js';
import { actionsOf, type ServiceAction } from './states.js';
import { acceptUpgrade } from './accept-upgrade.js';
import { readUpgrade } from './upgrade-body.js';
import type { World } from './world.js';

/** Does an action on a service as the API would; throws an ApiError when it is refused. */
export function perform(
  world: World,
  service: Service,
  action: ServiceAction,
  body: JsonObject,
  context: ActionContext,
): void {
  if (action === 'finishupgrade' && isFinishedTwice(world, service)) return;
  const race = action === 'upgrade' ? raceFor(world, service) : undefined;
  if (!actionsOf(service).includes(action) && race === undefined) {
    throw ApiError.invalid('ActionNotAvailable', 'action');
  }
  if (action === 'restart' && !('rollingRestartStrategy' in body)) {
    throw ApiError.invalid('MissingRequired', 'rollingRestartStrategy');
  }
  if (action === 'upgrade') {
    const request = readUpgrade(service, body, rulesFor(service, context.secrets), world.settings);
    if (context.conflict === 'nothing') throw ApiError.status(409);
    acceptUpgrade(world, service, request, context);
    return;
  }
  if (context.conflict !== undefined) throw ApiError.status(409);
  act(world, service, action, context);
}

/** Changes what a PUT may change; `launchConfig` is not among it and ignored (cattle: schema `service`). */
export function updateService(
  world: World,
  service: Service,
  body: JsonObject,
  context: ActionContext,
): void {
  // A process that cannot start from the current state is answered 409, not 422.
  const possible = actionsOf(service).includes('update');
  if (context.conflict !== undefined || !possible) throw ApiError.status(409);
  const scale = body['scale'] ?? service.scale;
  const number = typeof scale === 'string' ? Number(scale) : scale;
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw ApiError.invalid('InvalidFormat', 'scale');
  service.scale = number;
  if (typeof body['description'] === 'string') service.description = body['description'];
  world.touch(service);
  act(world, service, 'update', context);
}

function act(world: World, service: Service, action: ServiceAction, { actor, ownLink }: ActionContext): void {
  const interrupted = service.process !== null && service.state !== 'canceled-upgrade';
  const start = (state: Service['state'], steps: Parameters<typeof startProcess>[3]): void => {
    service.process?.end();
    // A PUT in the middle of something leaves the state and its message as they are.
    if (service.state !== state) world.setState(service, state, actor);
    startProcess(world, service, action, steps);
  };
  switch (action) {
    case 'finishupgrade':
      return start('finishing-upgrade', processes.finishUpgrade(world, service));
    case 'cancelupgrade': {
      const finishing = service.state === 'finishing-upgrade';
      processes.settleUpgrade(service);
      const cancel = finishing ? processes.cancelFinish : processes.cancelUpgrade;
      return start('canceling-upgrade', cancel(world, service));
    }
    case 'continueupgrade':
      return start('upgrading', processes.upgrade(world, service));
    case 'rollback':
      return start('rolling-back', processes.rollback(world, service, goBack(service, ownLink), interrupted));
    case 'remove':
      return start('removing', processes.remove(world, service));
    case 'deactivate':
      return start('deactivating', processes.deactivate(world, service));
    case 'activate':
      return start('activating', processes.activate(world, service));
    case 'restart':
      return start('restarting', processes.restart(world, service));
    case 'update':
      return start(updating(service), processes.update(world, service));
    case 'create':
      return start('registering', processes.activate(world, service));
    case 'upgrade':
    case 'addservicelink':
    case 'removeservicelink':
    case 'setservicelinks':
      return;
  }
}

/** What a rollback returns to; through a load balancer's own link the stored config stays (cattle: ServiceRollbackValidationFilter). */
function goBack(service: Service, ownLink = false): Parameters<typeof processes.rollback>[2] {
  processes.settleUpgrade(service);
  const strategy = service.upgrade?.inServiceStrategy;
  const { launchConfig, secondaries } = service;
  if (strategy === undefined || strategy === null) return { launchConfig, secondaries };
  const target = {
    launchConfig: strategy.previousLaunchConfig,
    secondaries: strategy.previousSecondaryLaunchConfigs,
  };
  if (!ownLink) Object.assign(service, target);
  return target;
}

function updating(service: Service): Service['state'] {
  if (service.state === 'active') return 'updating-active';
  return service.state === 'inactive' ? 'updating-inactive' : service.state;
}

/** Whether a switched fault opens the window in which a second upgrade is accepted. */
function raceFor(world: World, service: Service): unknown {
  const inWindow = service.state === 'upgrading' && world.clock.now() - service.upgradingSince <= 1000;
  if (!inWindow) return undefined;
  const race = world.faults.peek('race', { service: namesOf(service), action: 'upgrade' });
  return race?.image === undefined ? race : undefined;
}

/** Two finishes at once were both answered 202 by a real server. */
function isFinishedTwice(world: World, service: Service): boolean {
  if (service.state !== 'finishing-upgrade') return false;
  const subject = { service: namesOf(service), action: 'finishupgrade' };
  if (world.faults.peek('race', subject)?.action === undefined) return false;
  return world.faults.take('race', subject) !== undefined;
}

function rulesFor(service: Service, secrets: boolean): LaunchConfigRules {
  const { hosts, secrets: known } = service.environment;
  return {
    secrets,
    hostExists: (id) => hosts.some((host) => host.id === numberIn(id)),
    secretExists: (id) => [...known.values()].some((secret) => secret.id === numberIn(id)),
  };
}
