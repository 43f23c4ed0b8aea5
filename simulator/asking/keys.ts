import type { IncomingHttpHeaders } from 'node:http';

import { ApiError } from '../world/api-error.js';
import { numberIn } from '../world/numbers.js';
import type { Key } from '../world/key.js';
import type { Environment, Service } from '../world/records.js';
import type { World } from '../world/world.js';
import { one, type ApiRequest } from './request.js';

/** Who calls, as whom, and what they may see. */
export interface Caller {
  /** Name for the journal. */
  readonly name: string;
  readonly key: Key | null;
  /** `X-API-USER-ID`: the authenticated account. */
  readonly userId: string;
  readonly kind: 'project' | 'environment' | 'user' | 'admin';
  readonly accountName: string | null;
  /** The environment acted as: its own, or the one that the request chose. */
  readonly environment: Environment | null;
  /** A person (or admin) who addresses an environment has its project schema. */
  readonly role: 'owner' | 'member' | 'restricted' | 'readonly';
  /** An admin who addresses no environment sees all of them, with more fields. */
  readonly everything: boolean;
  readonly memberOf: readonly Environment[];
  /** false for service accounts: their schema has no secrets. */
  readonly secrets: boolean;
}

const ALIVE = new Set(['active', 'activating', 'upgrading']);
const OPEN = new Set(['active', 'upgrading']);

/** Says who calls: 401 for wrong keys and dead accounts, 403 for environments that are not theirs. */
export function authenticate(world: World, request: ApiRequest, security: boolean): Caller {
  const key = keyOf(world, request.headers);
  const enforced = one(request.headers['x-enforce-authentication']) === 'true';
  if (key === null && (security || enforced)) throw ApiError.status(401);
  const caller = callerFor(world, key);
  const wanted = wantedEnvironment(request);
  return wanted === null ? caller : enter(world, caller, wanted);
}

/** The access key that a request carries, right or wrong. */
export function accessKeyOf(headers: IncomingHttpHeaders): string | null {
  return credentials(headers)?.[0] ?? null;
}

function credentials(headers: IncomingHttpHeaders): readonly [string, string] | null {
  const match = /^basic\s+(.+)$/i.exec(headers.authorization ?? '');
  if (match === null) return null;
  const text = Buffer.from(match[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : [text.slice(0, colon), text.slice(colon + 1)];
}

function keyOf(world: World, headers: IncomingHttpHeaders): Key | null {
  const given = credentials(headers);
  if (given === null) return null;
  const key = world.keys.get(given[0]);
  return key !== undefined && key.active && key.accountActive && key.secret === given[1] ? key : null;
}

function callerFor(world: World, key: Key | null): Caller {
  if (key === null) return { ...admin('admin', []), key: null };
  const name = key.name ?? key.access;
  const memberOf = environmentsOf(world, key);
  if (key.kind === 'admin') return { ...admin(name, memberOf), key };
  if (key.kind === 'environment' || key.kind === 'service_account') return forEnvironment(world, key);
  return {
    name: key.access,
    key,
    userId: `1a${key.accountId}`,
    kind: 'user',
    accountName: name,
    environment: null,
    role: key.kind === 'readonly' ? 'readonly' : (key.role ?? 'owner'),
    everything: false,
    memberOf,
    secrets: true,
  };
}

function admin(name: string, memberOf: readonly Environment[]): Omit<Caller, 'key'> {
  return {
    name,
    userId: '1a1',
    kind: 'admin',
    accountName: 'admin',
    environment: null,
    role: 'owner',
    everything: true,
    memberOf,
    secrets: true,
  };
}

function forEnvironment(world: World, key: Key): Caller {
  const environment = world.findEnvironment(key.environment ?? key.environments?.[0] ?? '');
  const service = key.kind === 'service_account';
  if (environment === undefined || !(service ? OPEN : ALIVE).has(environment.state)) {
    throw ApiError.status(401);
  }
  return {
    name: key.access,
    key,
    userId: `1a${environment.id}`,
    kind: service ? 'environment' : 'project',
    accountName: environment.name,
    environment,
    role: 'owner',
    everything: false,
    memberOf: [environment],
    secrets: !service,
  };
}

function environmentsOf(world: World, key: Key): readonly Environment[] {
  const names = [...(key.environments ?? []), ...(key.environment === undefined ? [] : [key.environment])];
  return names.flatMap((name) => world.findEnvironment(name) ?? []);
}

/** cattle: ApiAuthenticator, in this order. */
export function wantedEnvironment(request: ApiRequest): string | null {
  return (
    request.scope ??
    one(request.headers['x-api-project-id']) ??
    request.query.find(([name]) => name === 'projectId')?.[1] ??
    null
  );
}

function enter(world: World, caller: Caller, wanted: string): Caller {
  const id = numberIn(wanted);
  const environment = id === null ? undefined : world.environments.get(id);
  if (environment === undefined || !OPEN.has(environment.state)) throw ApiError.status(403);
  const own = caller.kind === 'admin' || caller.memberOf.includes(environment);
  if (!own) throw ApiError.status(403);
  return { ...caller, environment, everything: false };
}

/** Whether a caller sees a service: those of the environment acted as, or all for an admin. */
export function sees(caller: Caller, service: Service): boolean {
  return caller.everything || caller.environment === service.environment;
}

/** The headers that tell a caller who Cattle takes them for. */
export function callerHeaders(
  caller: Caller,
  address: string,
  version: string,
): readonly (readonly [string, string])[] {
  const account = caller.environment === null ? caller.userId : `1a${caller.environment.id}`;
  return [
    ['X-API-ACCOUNT-ID', account],
    ['X-API-USER-ID', caller.userId],
    ['X-API-ACCOUNT-KIND', caller.kind],
    ...(caller.accountName === null ? [] : [['X-API-ACCOUNT-NAME', caller.accountName] as const]),
    ['X-API-Client-IP', address],
    ['X-Rancher-Version', version],
  ];
}
