export const SERVICE_TYPES = [
  'service',
  'loadBalancerService',
  'dnsService',
  'externalService',
  'networkDriverService',
  'storageDriverService',
  'kubernetesService',
  'composeService',
] as const;

export type ServiceType = (typeof SERVICE_TYPES)[number];

/** The world at the start: plain data, as it stands in a JSON or YAML file. */
export interface FleetDescription {
  readonly environments: readonly EnvironmentDescription[];
  readonly keys?: readonly KeyDescription[] | undefined;
}

export interface EnvironmentDescription {
  readonly name: string;
  readonly id?: string | undefined;
  readonly state?: string | undefined;
  /** How many hosts it has; a global service runs once on each. Default 2. */
  readonly hosts?: number | undefined;
  readonly stacks: readonly StackDescription[];
}

export interface StackDescription {
  readonly name: string;
  readonly id?: string | undefined;
  readonly system?: boolean | undefined;
  readonly externalId?: string | undefined;
  /** The files that it was made from. */
  readonly dockerCompose?: string | undefined;
  readonly rancherCompose?: string | undefined;
  readonly services: readonly ServiceDescription[];
}

export interface ServiceDescription {
  readonly name: string;
  readonly id?: string | undefined;
  readonly type?: ServiceType | undefined;
  /** With or without `docker:`; none for dns and external services. */
  readonly image?: string | undefined;
  readonly scale?: number | undefined;
  /** Default `active`. `upgraded` and `canceled-upgrade` have old containers beside the new ones. */
  readonly state?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly sidekicks?: readonly SidekickDescription[] | undefined;
  /** true, or fields of an instanceHealthCheck. */
  readonly healthCheck?: boolean | Readonly<Record<string, unknown>> | undefined;
  /** Names of secrets; they get ids of their own. */
  readonly secrets?: readonly string[] | undefined;
  readonly retainIp?: boolean | undefined;
  readonly system?: boolean | undefined;
  readonly description?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly selectorContainer?: string | undefined;
  readonly externalIpAddresses?: readonly string[] | undefined;
  /** `launchConfig.version`; default `0`, or a new uuid where there was an upgrade. */
  readonly version?: string | undefined;
  /** Extra launchConfig keys, merged verbatim. */
  readonly launchConfig?: Readonly<Record<string, unknown>> | undefined;
  /** An upgrade that has been: what ran before it, and how it was asked for. */
  readonly upgrade?:
    | {
        readonly previousImage: string;
        readonly previousVersion?: string | undefined;
        readonly batchSize?: number | undefined;
        readonly intervalMillis?: number | undefined;
        readonly startFirst?: boolean | undefined;
      }
    | undefined;
}

export interface SidekickDescription {
  readonly name: string;
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly launchConfig?: Readonly<Record<string, unknown>> | undefined;
}

export const KEY_KINDS = ['environment', 'service_account', 'user', 'admin', 'readonly'] as const;

export interface KeyDescription {
  readonly access: string;
  readonly secret: string;
  readonly kind: (typeof KEY_KINDS)[number];
  /** For keys of one environment: its name. */
  readonly environment?: string | undefined;
  /** For keys of people: the environments they are members of. */
  readonly environments?: readonly string[] | undefined;
  /** The role of a user in their environments. Default `owner`. */
  readonly role?: 'owner' | 'member' | 'restricted' | undefined;
  /** The account's name. Default: the access key. */
  readonly name?: string | undefined;
}
