import type { JsonObject } from '../json.js';
import type { SimulatorSettings } from '../settings.js';
import { ApiError } from './api-error.js';
import { readLaunchConfig, type LaunchConfigRules } from './launch-config.js';
import { labelsOf, type LaunchConfig } from './configs.js';
import type { Service } from './records.js';
import { asBoolean, asInt, asList, asObject } from './values.js';

/** An upgrade request as read: schema defaults filled in, nothing stored yet. */
export interface UpgradeRequest {
  readonly inService: {
    readonly batchSize: number;
    readonly intervalMillis: number;
    readonly startFirst: boolean;
    readonly launchConfig: LaunchConfig | null;
    readonly secondaries: readonly LaunchConfig[];
  } | null;
  readonly toService: JsonObject | null;
}

/** Reads and checks an upgrade's body in Cattle's order: the schema first, then its ServiceUpgradeValidationFilter. */
export function readUpgrade(
  service: Service,
  body: JsonObject,
  rules: LaunchConfigRules,
  settings: SimulatorSettings,
): UpgradeRequest {
  const request = readStrategies(body, rules);
  checkStrategies(service, request);
  const inService = request.inService;
  if (inService === null) return request;
  const { launchConfig, secondaries } = inService;
  return {
    ...request,
    inService: {
      ...inService,
      launchConfig: launchConfig && checkConfig(launchConfig, settings),
      secondaries: secondaries.map((config) => checkConfig(config, settings)),
    },
  };
}

function readStrategies(body: JsonObject, rules: LaunchConfigRules): UpgradeRequest {
  const inService = body['inServiceStrategy'] ?? null;
  const toService = body['toServiceStrategy'] ?? null;
  return {
    inService: inService === null ? null : readInService(asObject(inService, 'inServiceStrategy'), rules),
    toService: toService === null ? null : readToService(asObject(toService, 'toServiceStrategy')),
  };
}

function readInService(input: JsonObject, rules: LaunchConfigRules): UpgradeRequest['inService'] {
  const launchConfig = input['launchConfig'] ?? null;
  if (input['secondaryLaunchConfigs'] === null) {
    throw ApiError.invalid('NotNullable', 'secondaryLaunchConfigs');
  }
  const secondaries = asList(input['secondaryLaunchConfigs'] ?? [], 'secondaryLaunchConfigs');
  return {
    ...readPace(input),
    startFirst: asBoolean(input['startFirst'] ?? false, 'startFirst'),
    launchConfig:
      launchConfig === null
        ? null
        : readLaunchConfig(asObject(launchConfig, 'launchConfig'), 'launchConfig', rules),
    secondaries: secondaries.map((config) => readSecondary(config, rules)),
  };
}

function readSecondary(input: unknown, rules: LaunchConfigRules): LaunchConfig {
  const config = asObject(input, 'secondaryLaunchConfigs');
  if (typeof config['name'] !== 'string') throw ApiError.invalid('MissingRequired', 'name');
  return readLaunchConfig(config, 'secondaryLaunchConfig', rules);
}

function readPace(input: JsonObject): { readonly batchSize: number; readonly intervalMillis: number } {
  const batchSize = asInt(input['batchSize'] ?? 1, 'batchSize');
  if (batchSize < 1) throw ApiError.invalid('MinLimitExceeded', 'batchSize');
  const intervalMillis = asInt(input['intervalMillis'] ?? 2000, 'intervalMillis');
  if (intervalMillis < 100) throw ApiError.invalid('MinLimitExceeded', 'intervalMillis');
  return { batchSize, intervalMillis };
}

function readToService(input: JsonObject): JsonObject {
  return {
    type: 'toServiceUpgradeStrategy',
    ...readPace(input),
    finalScale: asInt(input['finalScale'] ?? 1, 'finalScale'),
    toServiceId: input['toServiceId'] ?? null,
    updateLinks: asBoolean(input['updateLinks'] ?? false, 'updateLinks'),
  };
}

function checkStrategies(service: Service, { inService, toService }: UpgradeRequest): void {
  if (inService === null && toService === null) {
    throw ApiError.invalid('MissingRequired', 'Upgrade strategy needs to be set');
  }
  if (inService === null) return;
  const { launchConfig, secondaries, startFirst } = inService;
  if (launchConfig === null && secondaries.length === 0) {
    const text = 'LaunchConfig/secondaryLaunchConfigs need to be specified for inService strategy';
    throw ApiError.invalid('InvalidOption', text);
  }
  if (service.retainIp === true && startFirst) {
    const text = "StartFirst option can't be used for service with retainIp field set";
    throw ApiError.invalid('InvalidOption', text);
  }
  if (service.type === 'loadBalancerService' && launchConfig === null) {
    throw ApiError.invalid('InvalidOption', 'LaunchConfig is required for load balancer service');
  }
  if (launchConfig !== null && isGlobal(service.launchConfig) !== isGlobal(launchConfig)) {
    throw ApiError.invalid('InvalidOption', 'Switching from global scale to fixed (and vice versa)');
  }
}

/** Whether a service runs once on each host. */
export function isGlobal(config: LaunchConfig): boolean {
  return labelsOf(config)['io.rancher.scheduler.global'] === 'true';
}

function checkConfig(config: LaunchConfig, settings: SimulatorSettings): LaunchConfig {
  checkPorts(config);
  const image = config['imageUuid'];
  if (typeof image !== 'string' || image === 'rancher/none') return config;
  // Only the prefix is looked at; `docker:!!!` is accepted (cattle: ServiceUpgradeValidationFilter).
  if (!image.startsWith('docker:') && !image.startsWith('sim:')) {
    throw ApiError.invalid('InvalidReference', 'imageUuid');
  }
  return { ...config, imageUuid: inRegistry(image, settings) };
}

function inRegistry(image: string, settings: SimulatorSettings): string {
  const name = image.slice('docker:'.length);
  const first = name.split('/')[0] ?? '';
  const hasHost = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  if (settings.registryWhitelist !== null) {
    const host = hasHost ? first : (settings.registryDefault ?? 'index.docker.io');
    if (!settings.registryWhitelist.includes(host)) {
      throw new ApiError(422, 'InvalidOption', 'The provided registry is not whitelisted');
    }
  }
  if (hasHost || settings.registryDefault === null || !image.startsWith('docker:')) return image;
  return `docker:${settings.registryDefault}/${name}`;
}

function checkPorts(config: LaunchConfig): void {
  const ports = config['ports'];
  if (!Array.isArray(ports)) return;
  const format = /^(?:(?:[\d.]+:)?\d+(?:-\d+)?:)?\d+(?:-\d+)?(?:\/(?:tcp|udp))?$/;
  if (ports.every((port) => typeof port === 'string' && format.test(port))) return;
  throw new ApiError(422, 'PortWrongFormat', 'the specified port spec format is wrong');
}

/** The body of an upgrade to another image, as the web page would send it. */
export function bodyForImage(service: Service, image: string): JsonObject {
  const imageUuid = /^(?:docker|sim):/.test(image) ? image : `docker:${image}`;
  return { inServiceStrategy: { launchConfig: { ...service.launchConfig, imageUuid } } };
}
