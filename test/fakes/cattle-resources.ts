import type { ServiceResource } from '../../src/rancher/cattle/api/cattle.wire.js';

/** Service `1s7` of stack `1st3`, as Cattle tells of it where nothing is special. */
export function aServiceResource(overrides: Partial<ServiceResource> = {}): ServiceResource {
  return {
    id: '1s7',
    type: 'service',
    name: 'web',
    state: 'active',
    stackId: '1st3',
    healthState: 'healthy',
    actions: { upgrade: 'http://elsewhere.example/', remove: 'http://elsewhere.example/' },
    launchConfig: { imageUuid: 'docker:acme/web:1.0.0', version: 'v1' },
    ...overrides,
  };
}

/** The same in another state and, with a second argument, in another revision. */
export function inState(state: string, version = 'v2', healthState = 'healthy'): ServiceResource {
  return aServiceResource({
    state,
    healthState,
    launchConfig: { imageUuid: `docker:acme/web:${version}`, version },
  });
}
