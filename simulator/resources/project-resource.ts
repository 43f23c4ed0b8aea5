import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import type { Key } from '../world/key.js';
import type { Environment } from '../world/records.js';
import { actionLinks, dateFields, linksBelow, transitionFields } from './links.js';
import { projectLinks, relatedLinks } from './vocabulary.js';

const RANGE = { startPort: 49153, endPort: 65535 };
const PORTS = { type: 'servicesPortRange', endPort: 65535, startPort: 49153 };

/** An environment as `project`: the fields differ by version, the actions by who looks; as an account, it has fewer links. */
export function projectResource(
  environment: Environment,
  caller: Caller,
  request: ApiRequest,
  asAccount = false,
): JsonObject {
  const self = `${request.origin}/${request.version}/projects/1a${environment.id}`.toLowerCase();
  const personal = caller.kind === 'user' || caller.kind === 'admin';
  const reach = { subscribe: asAccount || !personal, secrets: caller.secrets };
  return {
    id: `1a${environment.id}`,
    type: 'project',
    links: {
      self,
      ...linksBelow(self, (asAccount ? relatedLinks : projectLinks)(request.version, reach)),
      hostStats: `${self}/projects/1a${environment.id}/hoststats`,
    },
    actions: actionLinks(self, actionsFor(environment, caller, request)),
    baseType: 'account',
    name: environment.name,
    state: environment.state,
    ...(request.version === 'v1' ? fieldsOfV1(environment, caller) : fieldsOfV2(environment, caller)),
  };
}

function actionsFor(environment: Environment, caller: Caller, request: ApiRequest): readonly string[] {
  if (request.version === 'v1') return [];
  if (caller.kind !== 'user' && caller.kind !== 'admin') return ['defaultNetworkId'];
  if (caller.role !== 'owner') return ['defaultNetworkId'];
  if (environment.state === 'inactive') {
    return ['activate', 'update', 'remove', 'setmembers', 'delete', 'defaultNetworkId'];
  }
  return ['upgrade', 'update', 'deactivate', 'setmembers', 'delete', 'defaultNetworkId'];
}

function fieldsOfV1(environment: Environment, caller: Caller): JsonObject {
  const admin = caller.kind === 'admin';
  return {
    ...(admin ? { allowSystemRole: false } : {}),
    ...dateFields('created', environment.created),
    ...(admin ? { data: { fields: { orchestration: 'cattle', servicesPortRange: RANGE } } } : {}),
    description: null,
    kind: 'project',
    kubernetes: false,
    members: null,
    mesos: false,
    publicDns: false,
    ...(admin ? { removeTime: null } : {}),
    removed: null,
    servicesPortRange: PORTS,
    swarm: false,
    ...transitionFields(),
    uuid: environment.uuid,
    virtualMachine: false,
  };
}

function fieldsOfV2(environment: Environment, caller: Caller): JsonObject {
  const admin = caller.kind === 'admin';
  return {
    ...(admin ? { allowSystemRole: false } : {}),
    ...dateFields('created', environment.created),
    ...(admin ? { data: { fields: { orchestration: 'cattle', servicesPortRange: RANGE } } } : {}),
    defaultNetworkId: `1n${environment.id + 4}`,
    description: null,
    healthState: 'healthy',
    hostRemoveDelaySeconds: null,
    kind: 'project',
    members: null,
    orchestration: 'cattle',
    ...(admin ? { projectLinks: null } : {}),
    projectTemplateId: null,
    ...(admin ? { removeTime: null } : {}),
    removed: null,
    servicesPortRange: PORTS,
    ...transitionFields(),
    uuid: environment.uuid,
    version: '2',
    virtualMachine: false,
  };
}

/** An account that is not an environment. */
export interface Account {
  readonly id: number;
  readonly kind: string;
  readonly name: string | null;
  readonly state: string;
  readonly uuid: string;
  readonly created: number | null;
}

/** All accounts that are no environments: the built-in ones, people, and one agent for each service account. */
export function otherAccounts(keys: Iterable<Key>): readonly Account[] {
  const builtIn = ['admin', 'system', 'superadmin', 'token'].map((name, index) => ({
    id: index + 1,
    kind: name,
    name,
    state: name === 'system' ? 'inactive' : 'active',
    uuid: name,
    created: null,
  }));
  const people = [...keys].filter(({ accountId }) => accountId > 1).map(accountOf);
  return [...builtIn, ...people];
}

/** The account behind a person's key, or the agent behind a service account's. */
export function accountOf(key: Key): Account {
  const agent = key.kind === 'service_account';
  return {
    id: key.accountId,
    kind: agent ? 'agent' : 'user',
    name: agent ? null : (key.name ?? key.access),
    state: 'active',
    uuid: key.uuid,
    created: key.created,
  };
}

/** A row of `/accounts` for an account that is no environment. */
export function accountResource(account: Account, caller: Caller, request: ApiRequest): JsonObject {
  const self = `${request.prefix}/accounts/1a${account.id}`.toLowerCase();
  const admin = caller.kind === 'admin';
  const links = relatedLinks(request.version, { subscribe: admin, secrets: caller.secrets });
  return {
    id: `1a${account.id}`,
    type: 'account',
    links: { self, ...linksBelow(self, links) },
    actions: actionLinks(
      self,
      account.state === 'inactive' ? ['update', 'activate', 'remove'] : ['update', 'deactivate'],
    ),
    baseType: 'account',
    name: account.name,
    state: account.state,
    ...dateFields('created', account.created),
    ...(admin ? { data: null } : {}),
    description: null,
    ...(admin ? { externalId: null, externalIdType: null, identity: `1i!rancher_id:${account.id}` } : {}),
    kind: account.kind,
    ...(admin ? { removeTime: null } : {}),
    removed: null,
    ...transitionFields(),
    uuid: account.uuid,
    ...(admin ? {} : { identity: `1i!rancher_id:${account.id}` }),
  };
}
