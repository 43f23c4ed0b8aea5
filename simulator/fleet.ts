import { parse } from 'yaml';

import { isObject } from './json.js';

export type ServiceType =
  | 'service'
  | 'loadBalancerService'
  | 'dnsService'
  | 'externalService'
  | 'networkDriverService'
  | 'storageDriverService'
  | 'kubernetesService'
  | 'composeService';

/** The world at the start: plain data, as it stands in a JSON or YAML file. */
export interface FleetDescription {
  readonly environments: readonly EnvironmentDescription[];
  readonly keys?: readonly KeyDescription[];
}

export interface EnvironmentDescription {
  readonly name: string;
  readonly id?: string;
  readonly state?: string;
  /** How many hosts it has; a global service runs once on each. Default 2. */
  readonly hosts?: number;
  readonly stacks: readonly StackDescription[];
}

export interface StackDescription {
  readonly name: string;
  readonly id?: string;
  readonly system?: boolean;
  readonly externalId?: string;
  readonly services: readonly ServiceDescription[];
}

export interface ServiceDescription {
  readonly name: string;
  readonly id?: string;
  readonly type?: ServiceType;
  /** With or without `docker:`; none for dns and external services. */
  readonly image?: string;
  readonly scale?: number;
  /** Default `active`. `upgraded` and `canceled-upgrade` have old containers beside the new ones. */
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly sidekicks?: readonly SidekickDescription[];
  /** true, or fields of an instanceHealthCheck. */
  readonly healthCheck?: boolean | Readonly<Record<string, unknown>>;
  /** Names of secrets; they get ids of their own. */
  readonly secrets?: readonly string[];
  readonly retainIp?: boolean;
  readonly system?: boolean;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly selectorContainer?: string;
  readonly externalIpAddresses?: readonly string[];
  /** `launchConfig.version`; default `0`, or a new uuid where there was an upgrade. */
  readonly version?: string;
  /** Extra launchConfig keys, merged verbatim. */
  readonly launchConfig?: Readonly<Record<string, unknown>>;
  /** An upgrade that has been: what ran before it, and how it was asked for. */
  readonly upgrade?: {
    readonly previousImage: string;
    readonly previousVersion?: string;
    readonly batchSize?: number;
    readonly intervalMillis?: number;
    readonly startFirst?: boolean;
  };
}

export interface SidekickDescription {
  readonly name: string;
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly launchConfig?: Readonly<Record<string, unknown>>;
}

export type KeyKind = 'environment' | 'service_account' | 'user' | 'admin' | 'readonly';

export interface KeyDescription {
  readonly access: string;
  readonly secret: string;
  readonly kind: KeyKind;
  /** For keys of one environment: its name. */
  readonly environment?: string;
  /** For keys of people: the environments they are members of. */
  readonly environments?: readonly string[];
  /** The role of a user in their environments. Default `owner`. */
  readonly role?: 'owner' | 'member' | 'restricted';
  /** The account's name. Default: the access key. */
  readonly name?: string;
}

/** Reads a fleet from JSON or YAML text; says what is missing when it is none. */
export function parseFleet(text: string): FleetDescription {
  const data: unknown = parse(text);
  if (!isObject(data) || !Array.isArray(data['environments'])) {
    throw new Error('A fleet needs a list `environments`.');
  }
  return data as unknown as FleetDescription;
}
