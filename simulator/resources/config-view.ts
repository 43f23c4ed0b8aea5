import type { Caller } from '../asking/keys.js';
import type { JsonObject } from '../json.js';
import type { LaunchConfig } from '../world/configs.js';
import type { InServiceUpgrade, Service } from '../world/records.js';

/** A launchConfig without what the caller's schema lacks: secrets for service accounts, environment for readers. */
export function visible(config: LaunchConfig, caller: Caller): JsonObject {
  const hidden = caller.secrets ? (caller.role === 'readonly' ? 'environment' : null) : 'secrets';
  if (hidden === null || !(hidden in config)) return config;
  const { [hidden]: _, ...rest } = config;
  return rest;
}

/** The `upgrade` field: null until the first one, then that of the last for ever. */
export function upgradeField(
  service: Service,
  show: (config: LaunchConfig) => JsonObject,
): JsonObject | null {
  if (service.upgrade === null) return null;
  const { inServiceStrategy, toServiceStrategy } = service.upgrade;
  return {
    type: 'serviceUpgrade',
    inServiceStrategy: inServiceStrategy && strategyField(inServiceStrategy, show),
    toServiceStrategy,
  };
}

function strategyField(strategy: InServiceUpgrade, show: (config: LaunchConfig) => JsonObject): JsonObject {
  return {
    type: 'inServiceUpgradeStrategy',
    batchSize: strategy.batchSize,
    intervalMillis: strategy.intervalMillis,
    launchConfig: show(strategy.launchConfig),
    previousLaunchConfig: show(strategy.previousLaunchConfig),
    previousSecondaryLaunchConfigs: strategy.previousSecondaryLaunchConfigs.map(show),
    secondaryLaunchConfigs: strategy.secondaryLaunchConfigs.map(show),
    startFirst: strategy.startFirst,
  };
}
