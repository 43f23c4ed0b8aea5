import { isObject, type JsonObject } from '../json.js';

/** A stored launchConfig; never changed in place, so copies may share it. */
export type LaunchConfig = JsonObject;

export function imageOf(config: LaunchConfig): string | null {
  const image = config['imageUuid'];
  return typeof image === 'string' ? image : null;
}

export function versionOf(config: LaunchConfig): string | null {
  const version = config['version'];
  return typeof version === 'string' ? version : null;
}

export function nameOf(config: LaunchConfig): string {
  const name = config['name'];
  return typeof name === 'string' ? name : '';
}

export function labelsOf(config: LaunchConfig): JsonObject {
  const labels = config['labels'];
  return isObject(labels) ? labels : {};
}
