import type { Logged, Placed } from '../resources/container-lists.js';
import type { AnyAccount } from '../resources/lists.js';
import { accountOf, otherAccounts } from '../resources/project-resource.js';
import { numberIn } from '../world/numbers.js';
import type { Environment, Service, Stack } from '../world/records.js';
import type { World } from '../world/world.js';
import { sees, type Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';

export function servicesFor(world: World, request: ApiRequest, caller: Caller): readonly Service[] {
  const withRemoved = request.query.some(([name, value]) => name === '_removed' && value === 'true');
  if (!withRemoved && caller.environment !== null) return caller.environment.services;
  const known = [...world.services.values()].filter((service) => sees(caller, service));
  const rows = withRemoved ? known : known.filter(({ state }) => state !== 'removed');
  return rows.toSorted((one, other) => one.id - other.id);
}

export function seesEnvironment(caller: Caller, environment: Environment): boolean {
  return caller.everything || caller.environment === environment;
}

export function stacksFor(world: World, caller: Caller): readonly Stack[] {
  if (caller.environment !== null) {
    return [...caller.environment.stacks.values()].toSorted((one, other) => one.id - other.id);
  }
  return [...world.stacks.values()].filter(({ environment }) => seesEnvironment(caller, environment));
}

export function instancesFor(world: World, caller: Caller): readonly Placed[] {
  if (caller.environment !== null) {
    const { services } = caller.environment;
    const placed = services.flatMap((service) =>
      service.instances.map((instance) => ({ service, instance })),
    );
    return placed.toSorted((one, other) => one.instance.id - other.instance.id);
  }
  return [...world.instances.values()].filter(({ service }) => sees(caller, service));
}

export function logsFor(world: World, request: ApiRequest, caller: Caller): readonly Logged[] {
  const wanted = request.query.find(([name]) => name === 'serviceId')?.[1];
  const one = wanted === undefined ? undefined : world.services.get(numberIn(wanted) ?? -1);
  const services = one === undefined ? [...world.services.values()] : [one];
  return services
    .filter((service) => sees(caller, service))
    .flatMap((service) => service.logs.map((entry) => ({ service, entry })));
}

export function projectsFor(world: World, request: ApiRequest, caller: Caller): readonly Environment[] {
  const all = request.query.some(([name, value]) => name === 'all' && value === 'true');
  const rows = caller.kind === 'admin' && all ? [...world.environments.values()] : caller.memberOf;
  return rows.filter(({ state }) => state !== 'removed');
}

export function accountsFor(world: World, caller: Caller): readonly AnyAccount[] {
  const projects = [...world.environments.values()].map((environment) => ({ project: environment }));
  if (caller.everything) {
    const others = otherAccounts(world.keys.values()).map((account) => ({ account }));
    return [...projects, ...others].toSorted((one, other) => idOf(one) - idOf(other));
  }
  if (caller.environment !== null) return [{ project: caller.environment }];
  return caller.key === null ? [] : [{ account: accountOf(caller.key) }];
}

function idOf(row: AnyAccount): number {
  return 'project' in row ? row.project.id : row.account.id;
}
