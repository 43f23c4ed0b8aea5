import { isObject, type JsonObject } from '../json.js';
import { ApiError } from './api-error.js';
import {
  LAUNCH_CONFIG_DEFAULTS,
  LAUNCH_CONFIG_FIELDS,
  NESTED_TYPES,
  NOT_NULLABLE,
  OPTIONS,
  type FieldType,
} from './launch-config-fields.js';
import type { LaunchConfig } from './configs.js';
import { asBoolean, asInt, asList, asObject, asText, asTextMap } from './values.js';

/** What a caller's schema and the environment allow in a launchConfig. */
export interface LaunchConfigRules {
  /** A service account's schema has no `secrets`; the field is dropped in both directions. */
  readonly secrets: boolean;
  readonly hostExists: (id: string) => boolean;
  readonly secretExists: (id: string) => boolean;
}

/** Reads a client's launchConfig as Cattle does: unknown keys dropped, values converted, defaults filled in. */
export function readLaunchConfig(
  input: JsonObject,
  kind: 'launchConfig' | 'secondaryLaunchConfig',
  rules: LaunchConfigRules,
): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    const type = LAUNCH_CONFIG_FIELDS.get(name);
    if (type === undefined || (name === 'secrets' && !rules.secrets)) continue;
    const read = readField(name, value, type, rules);
    if (read !== undefined) fields[name] = read;
  }
  if (kind === 'secondaryLaunchConfig' && typeof input['name'] === 'string') fields['name'] = input['name'];
  return complete(fields, kind);
}

/** Adds the schema's defaults and puts the fields into the order in which Cattle writes them. */
export function complete(
  fields: JsonObject,
  kind: 'launchConfig' | 'secondaryLaunchConfig',
  version = '0',
): LaunchConfig {
  const { drainTimeoutMs, ...shared } = LAUNCH_CONFIG_DEFAULTS;
  const primary = kind === 'launchConfig';
  const all: Record<string, unknown> = {
    ...shared,
    ...(primary ? { drainTimeoutMs } : {}),
    ...fields,
    system: false,
    version,
  };
  const last = primary ? ['version', 'vcpu', 'drainTimeoutMs'] : ['vcpu', 'version'];
  const config: Record<string, unknown> = { type: kind };
  for (const name of inOrder(Object.keys(all), last)) config[name] = withType(name, all[name]);
  return config;
}

/** Few sets of names make up a whole fleet, so each is put into order once. */
const ORDERS = new Map<string, readonly string[]>();

function inOrder(names: readonly string[], last: readonly string[]): readonly string[] {
  const set = `${names.join()} ${last.join()}`;
  const known = ORDERS.get(set);
  if (known !== undefined) return known;
  const first = names.filter((name) => name !== 'type' && !last.includes(name));
  const ordered = [...first.toSorted(), ...last.filter((name) => names.includes(name))];
  if (ORDERS.size < MAX_ORDERS) ORDERS.set(set, ordered);
  return ordered;
}

const MAX_ORDERS = 1000;

/** The same configuration with another version: Cattle gives each upgrade one new uuid. */
export function withVersion(config: LaunchConfig, version: string): LaunchConfig {
  return { ...config, version };
}

function readField(name: string, value: unknown, type: FieldType, rules: LaunchConfigRules): unknown {
  if (value === null || value === undefined) {
    if (name in LAUNCH_CONFIG_DEFAULTS) return undefined;
    if (NOT_NULLABLE.has(name)) throw ApiError.invalid('NotNullable', name);
    return value;
  }
  const options = OPTIONS[name];
  if (options !== undefined && !options.includes(asText(value, name))) {
    throw ApiError.invalid('InvalidOption', name);
  }
  return READERS[type](value, name, rules);
}

const READERS: Readonly<
  Record<FieldType, (value: unknown, name: string, rules: LaunchConfigRules) => unknown>
> = {
  int: asInt,
  string: asText,
  boolean: asBoolean,
  strings: (value, name) => asList(value, name).map((item) => asText(item, name)),
  map: asTextMap,
  maps: asObject,
  object: asObject,
  objects: readObjects,
  host: readHost,
  reference: asText,
  references: (value, name) => asList(value, name).map((item) => asText(item, name)),
};

function readObjects(value: unknown, name: string, rules: LaunchConfigRules): unknown {
  const items = asList(value, name).map((item) => asObject(item, name));
  for (const item of name === 'secrets' ? items : []) {
    const id = item['secretId'];
    if (typeof id !== 'string' || !rules.secretExists(id)) {
      throw ApiError.invalid('InvalidReference', 'secretId');
    }
  }
  return items;
}

function readHost(value: unknown, name: string, rules: LaunchConfigRules): string {
  const id = asText(value, name);
  if (!rules.hostExists(id)) throw ApiError.invalid('InvalidReference', name);
  return id;
}

function withType(name: string, value: unknown): unknown {
  const type = NESTED_TYPES[name];
  if (type === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? typed(type, item) : item));
  return isObject(value) ? typed(type, value) : value;
}

function typed(type: string, value: JsonObject): JsonObject {
  const { type: _, ...fields } = value;
  const ordered = Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { type, ...Object.fromEntries(ordered) };
}
