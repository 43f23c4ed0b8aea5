import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import { healthOf } from '../world/health.js';
import type { Environment, Service, Stack } from '../world/records.js';
import type { ListOf } from './collection.js';
import { field, nothing, type FilterFields } from './filters.js';
import { instanceResource } from './instance-resource.js';
import { accountResource, projectResource, type Account } from './project-resource.js';
import { serviceResource } from './service-resource.js';
import { stackResource } from './stack-resource.js';

/** The table columns of a service; anything else in a query is ignored. */
const SERVICE_FIELDS: FilterFields<Service> = {
  accountId: field('reference', ({ environment }) => environment.id),
  createIndex: field('number', ({ createIndex }) => createIndex),
  created: field('date', ({ created }) => created),
  description: field('text', ({ description }) => description),
  externalId: nothing(),
  healthState: field('text', healthOf),
  id: field('number', ({ id }) => id),
  kind: field('text', ({ type }) => type),
  name: field('text', ({ name }) => name),
  removeTime: nothing('date'),
  removed: field('date', ({ removed }) => removed),
  selectorContainer: field('text', ({ selectorContainer }) => selectorContainer),
  selectorLink: nothing(),
  skip: nothing('enum'),
  stackId: field('reference', ({ stack }) => stack.id),
  state: field('enum', ({ state }) => state),
  system: field('enum', ({ system }) => system),
  uuid: field('text', ({ uuid }) => uuid),
  vip: nothing(),
};

const KINDS = [
  'dnsService',
  'externalService',
  'loadBalancerService',
  'networkDriverService',
  'service',
  'storageDriverService',
];

/** `/services` and the lists of one kind; on v1 the list calls itself `environment` (cattle: ServiceManager). */
export function serviceList(caller: Caller, request: ApiRequest, kind = 'service'): ListOf<Service> {
  const include = request.query.find(([name]) => name === 'include')?.[1];
  const creates = kind === 'service' ? KINDS : [kind];
  const stacks = new Map<Stack, JsonObject>();
  const stackOf = ({ stack }: Service): JsonObject => {
    const shown = stacks.get(stack) ?? stackResource(stack, caller, request);
    stacks.set(stack, shown);
    return shown;
  };
  const instancesOf = (service: Service): readonly JsonObject[] =>
    service.instances.map((instance) => instanceResource(service, instance, caller, request));
  return {
    resourceType: request.version === 'v1' && kind === 'service' ? 'environment' : kind,
    createTypes: caller.environment === null || caller.role === 'readonly' ? [] : creates,
    fields: SERVICE_FIELDS,
    render: (service) => {
      const row = serviceResource(service, caller, request);
      if (include === 'stack') return insert(row, 'stackId', include, stackOf(service));
      return include === 'instances' ? insert(row, 'kind', include, instancesOf(service)) : row;
    },
  };
}

/** Nested rows stand among the other fields, in the order of the alphabet. */
function insert(row: JsonObject, before: string, name: string, value: unknown): JsonObject {
  const entries = Object.entries(row);
  const place = entries.findIndex(([known]) => known === before);
  return Object.fromEntries(entries.toSpliced(place, 0, [name, value]));
}

/** Stacks; on v1 they are `environment`. */
export function stackList(caller: Caller, request: ApiRequest): ListOf<Stack> {
  const v1 = request.version === 'v1';
  return {
    resourceType: v1 ? 'environment' : 'stack',
    createTypes: v1 ? ['environment'] : ['composeProject', 'kubernetesStack', 'stack'],
    fields: {
      accountId: field('reference', ({ environment }) => environment.id),
      created: field('date', ({ created }) => created),
      description: nothing(),
      externalId: field('text', ({ externalId }) => externalId),
      group: nothing(),
      healthState: nothing(),
      id: field('number', ({ id }) => id),
      kind: field('text', () => (v1 ? 'environment' : 'stack')),
      name: field('text', ({ name }) => name),
      removeTime: nothing('date'),
      removed: nothing('date'),
      state: field('enum', () => 'active'),
      system: field('enum', ({ system }) => system),
      uuid: field('text', ({ uuid }) => uuid),
    },
    render: (stack) => stackResource(stack, caller, request),
  };
}

/** `/projects`: neither pages nor filters. */
export function projectList(caller: Caller, request: ApiRequest): ListOf<Environment> {
  return {
    resourceType: 'project',
    createTypes: [],
    fields: {},
    render: (environment) => projectResource(environment, caller, request),
    paged: false,
  };
}

/** A row of `/accounts`: environments are accounts too. */
export type AnyAccount = { readonly project: Environment } | { readonly account: Account };

/** Accounts. */
export function accountList(caller: Caller, request: ApiRequest): ListOf<AnyAccount> {
  const creates =
    caller.kind === 'admin' ? ['account', 'project'] : caller.kind === 'user' ? ['project'] : [];
  const of = (
    row: AnyAccount,
  ): { id: number; kind: string; name: string | null; state: string; uuid: string } =>
    'project' in row ? { ...row.project, kind: 'project' } : row.account;
  return {
    resourceType: 'account',
    createTypes: creates,
    fields: {
      created: nothing('date'),
      description: nothing(),
      externalId: nothing(),
      externalIdType: nothing(),
      id: field('number', (row) => of(row).id),
      kind: field('text', (row) => of(row).kind),
      name: field('text', (row) => of(row).name),
      removeTime: nothing('date'),
      removed: nothing('date'),
      state: field('enum', (row) => of(row).state),
      uuid: field('text', (row) => of(row).uuid),
    },
    render: (row) =>
      'project' in row
        ? projectResource(row.project, caller, request, true)
        : accountResource(row.account, caller, request),
  };
}
