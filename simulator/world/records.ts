import type { Cancel } from '../clock.js';
import type { ServiceType } from '../fleet.js';
import type { JsonObject } from '../json.js';
import { imageOf, versionOf, type LaunchConfig } from './configs.js';

export type ServiceState =
  | 'requested'
  | 'registering'
  | 'inactive'
  | 'activating'
  | 'active'
  | 'updating-inactive'
  | 'updating-active'
  | 'deactivating'
  | 'upgrading'
  | 'upgraded'
  | 'canceling-upgrade'
  | 'canceled-upgrade'
  | 'rolling-back'
  | 'finishing-upgrade'
  | 'restarting'
  | 'removing'
  | 'removed';

type InstanceState =
  | 'requested'
  | 'creating'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'error'
  | 'removing'
  | 'removed';

type HealthState = 'healthy' | 'initializing' | 'reinitializing' | 'unhealthy';

interface Host {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

interface Secret {
  readonly id: number;
  readonly name: string;
}

export interface Environment {
  readonly id: number;
  name: string;
  readonly uuid: string;
  readonly created: number;
  readonly hosts: readonly Host[];
  readonly secrets: Map<string, Secret>;
  readonly stacks: Map<string, Stack>;
  /** Live services, by id. */
  readonly services: Service[];
  state: string;
  /** Higher after each change in it. */
  revision: number;
}

export interface Stack {
  readonly id: number;
  name: string;
  readonly uuid: string;
  readonly created: number;
  readonly environment: Environment;
  readonly system: boolean;
  readonly externalId: string | null;
  readonly dockerCompose: string | null;
  readonly rancherCompose: string | null;
  readonly services: Map<string, Service>;
}

export interface InServiceUpgrade {
  readonly batchSize: number;
  readonly intervalMillis: number;
  readonly startFirst: boolean;
  readonly launchConfig: LaunchConfig;
  readonly secondaryLaunchConfigs: readonly LaunchConfig[];
  readonly previousLaunchConfig: LaunchConfig;
  readonly previousSecondaryLaunchConfigs: readonly LaunchConfig[];
}

export interface ServiceUpgrade {
  readonly inServiceStrategy: InServiceUpgrade | null;
  readonly toServiceStrategy: JsonObject | null;
}

export interface Instance {
  readonly id: number;
  readonly uuid: string;
  readonly externalId: string;
  readonly name: string;
  /** What its service and stack were called when it was made; its labels keep that. */
  readonly madeFor: { readonly service: string; readonly stack: string };
  readonly unit: number;
  /** Name of the sidekick, `''` for the primary. */
  readonly part: string;
  readonly config: LaunchConfig;
  readonly version: string;
  readonly createIndex: number;
  readonly created: number;
  readonly host: Host | null;
  readonly deploymentUnitUuid: string;
  readonly ip: string;
  state: InstanceState;
  health: HealthState | null;
  startCount: number;
  firstRunning: number | null;
  error: string | null;
  removed: number | null;
  /** Will not be used again: its successor failed, and Cattle had given it up. */
  discarded: boolean;
  timer: Cancel | null;
}

export interface LogEntry {
  readonly id: number;
  readonly at: number;
  readonly level: 'info' | 'error';
  readonly eventType: string;
  readonly description: string;
  readonly instance: number | null;
  readonly transactionId: string;
}

/** What runs on a service at the moment; ending it leaves everything where it is. */
export interface Process {
  readonly name: string;
  readonly transactionId: string;
  end(): void;
}

/** A service; `image` and `version` are those of its stored launchConfig. */
export class Service {
  state: ServiceState = 'requested';
  transitioning: 'yes' | 'no' | 'error' = 'no';
  transitioningMessage: string | null = null;
  scale = 1;
  createIndex: number | null = null;
  removed: number | null = null;
  launchConfig: LaunchConfig = {};
  secondaries: readonly LaunchConfig[] = [];
  upgrade: ServiceUpgrade | null = null;
  /** Accepted, but not yet shown as `upgrade`: its process writes it. */
  pendingUpgrade: ServiceUpgrade | null = null;
  upgradingSince = 0;
  description: string | null = null;
  metadata: JsonObject | null = null;
  retainIp: boolean | null = null;
  selectorContainer: string | null = null;
  externalIpAddresses: readonly string[] | null = null;
  lbConfig: JsonObject | null = null;
  linkedServices: JsonObject | null = null;
  startOnCreate = true;
  process: Process | null = null;
  readonly instances: Instance[] = [];
  readonly logs: LogEntry[] = [];

  constructor(
    readonly id: number,
    public name: string,
    readonly type: ServiceType,
    readonly stack: Stack,
    readonly uuid: string,
    readonly created: number,
    readonly system: boolean,
  ) {}

  get environment(): Environment {
    return this.stack.environment;
  }

  /** As the API writes it, like `1s7`. */
  get ref(): string {
    return `1s${this.id}`;
  }

  get image(): string | null {
    return imageOf(this.launchConfig);
  }

  get version(): string | null {
    return versionOf(this.launchConfig);
  }
}

/** All names under which faults and tests may speak of a service. */
export function namesOf(service: Service): readonly string[] {
  const { stack, environment } = service;
  return [
    service.ref,
    service.name,
    `${stack.name}/${service.name}`,
    `${environment.name}/${stack.name}/${service.name}`,
  ];
}
