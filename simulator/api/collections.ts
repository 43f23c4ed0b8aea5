import type { Version } from '../asking/request.js';

/** A collection that has data here; `kind` narrows services to one kind. */
export interface Collection {
  readonly name:
    'service' | 'stack' | 'instance' | 'project' | 'account' | 'serviceLog' | 'schema' | 'subscribe';
  readonly kind?: string;
}

const SERVICE_KINDS = [
  'service',
  'loadBalancerService',
  'dnsService',
  'externalService',
  'networkDriverService',
  'storageDriverService',
  'kubernetesService',
  'composeService',
];

const OTHERS: Readonly<Record<string, Collection['name']>> = {
  instance: 'instance',
  container: 'instance',
  project: 'project',
  account: 'account',
  servicelog: 'serviceLog',
  schema: 'schema',
  subscribe: 'subscribe',
};

/** What a path segment names, in the singular or the plural; undefined for what has no data here. */
export function kindOfCollection(segment: string, version: Version): Collection | undefined {
  const lower = segment.toLowerCase();
  const kind = SERVICE_KINDS.find((name) => isRole(lower, name.toLowerCase()));
  if (kind !== undefined) return { name: 'service', kind };
  if (isRole(lower, version === 'v1' ? 'environment' : 'stack')) return { name: 'stack' };
  const found = Object.entries(OTHERS).find(([name]) => isRole(lower, name));
  return found === undefined ? undefined : { name: found[1] };
}

/** Whether a path segment is this name, with or without an `s`. */
export function isRole(segment: string, name: string): boolean {
  const lower = segment.toLowerCase();
  return lower === name || lower === `${name}s` || `${lower}s` === name;
}
