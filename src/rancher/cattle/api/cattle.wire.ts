import { isId } from './ids.js';

/** What Cattle sends: the fields that are read. Everything else stays in the objects, to be sent back as it came. */
export type Json = Readonly<Record<string, unknown>>;

export interface ProjectResource {
  readonly id: string;
  readonly type: string;
  readonly name: string | null;
  readonly state: string;
}

export interface StackResource {
  readonly id: string;
  readonly name: string;
}

/** How a service's main container is made, or, with a `name`, one of its sidekicks. */
export interface LaunchConfig extends Json {
  readonly name?: string | null;
  /** An image reference after `docker:`. */
  readonly imageUuid?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  /** New with every upgrade; `"0"` before the first. */
  readonly version?: string | null;
  readonly networkLaunchConfig?: string | null;
  readonly dataVolumesFromLaunchConfigs?: readonly string[] | null;
}

export interface ServiceResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: string;
  readonly stackId: string;
  readonly healthState?: string | null;
  readonly system?: boolean | null;
  readonly retainIp?: boolean | null;
  /** Of a global service a number without meaning, of those without containers none. */
  readonly scale?: number | null;
  readonly transitioningMessage?: string | null;
  /** What may be done in the present state; empty for a key that may only read. */
  readonly actions?: Readonly<Record<string, string>> | null;
  readonly launchConfig?: LaunchConfig | null;
  readonly secondaryLaunchConfigs?: readonly LaunchConfig[] | null;
  /** The last upgrade, kept for ever. */
  readonly upgrade?: {
    readonly inServiceStrategy?: {
      readonly batchSize?: number | null;
      readonly intervalMillis?: number | null;
      readonly launchConfig?: LaunchConfig | null;
    } | null;
  } | null;
}

export interface InstanceResource {
  readonly id: string;
  readonly state: string;
  readonly version?: string | null;
  readonly createdTS?: number | null;
  /** Told of containers with a health check only, from when they run first. */
  readonly healthState?: string | null;
  /** How it is health-checked; null: it is not. */
  readonly healthCheck?: Json | null;
  /** Rises with every start; 0 or null before the first. */
  readonly startCount?: number | null;
  /** The id that the container engine gave it. */
  readonly externalId?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  /** Ids of volumes by where they are mounted. */
  readonly dataVolumeMounts?: Readonly<Record<string, string>> | null;
}

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isProject(value: Json): value is Json & ProjectResource {
  return (
    isId(value['id']) &&
    hasTexts(value, 'state') &&
    mayHave(value, isText, 'name') &&
    value['type'] === 'project'
  );
}

export function isStack(value: Json): value is Json & StackResource {
  return isId(value['id']) && hasTexts(value, 'name');
}

/** Whether all that is read of it has the type it is read as: what comes from outside may be anything. */
export function isService(value: Json): value is Json & ServiceResource {
  const { launchConfig, secondaryLaunchConfigs: sidekicks } = value;
  return (
    isId(value['id']) &&
    isId(value['stackId']) &&
    hasTexts(value, 'type', 'name', 'state') &&
    mayHave(value, isText, 'healthState', 'transitioningMessage') &&
    mayHave(value, isJsonObject, 'actions') &&
    may(value['upgrade'], isUpgrade) &&
    mayHave(value, Number.isFinite, 'scale') &&
    may(launchConfig, isLaunchConfig) &&
    may(sidekicks, (all) => Array.isArray(all) && all.every(isLaunchConfig))
  );
}

export function isInstance(value: Json): value is Json & InstanceResource {
  return (
    isId(value['id']) &&
    hasTexts(value, 'state') &&
    mayHave(value, isText, 'version', 'healthState', 'externalId') &&
    mayHave(value, isJsonObject, 'healthCheck', 'labels', 'dataVolumeMounts') &&
    mayHave(value, Number.isFinite, 'createdTS', 'startCount')
  );
}

function isUpgrade(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    may(
      value['inServiceStrategy'],
      (strategy) => isJsonObject(strategy) && may(strategy['launchConfig'], isLaunchConfig),
    )
  );
}

function isLaunchConfig(value: unknown): value is LaunchConfig {
  return (
    isJsonObject(value) &&
    mayHave(value, isText, 'name', 'imageUuid', 'version', 'networkLaunchConfig') &&
    mayHave(value, isJsonObject, 'labels') &&
    may(value['dataVolumesFromLaunchConfigs'], (all) => Array.isArray(all) && all.every(isText))
  );
}

function mayHave(value: Json, isRight: (part: unknown) => boolean, ...keys: readonly string[]): boolean {
  return keys.every((key) => may(value[key], isRight));
}

function may(part: unknown, isRight: (part: unknown) => boolean): boolean {
  return part === undefined || part === null || isRight(part);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function hasTexts(value: Json, ...keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === 'string');
}
