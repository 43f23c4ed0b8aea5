import type { Container, Inspection, Service } from '../../src/domain/service.js';
import type { StartOrder } from '../../src/rancher/rancher.backend.js';

/** To upgrade to 2.0.0, however late it is sent. */
export const ORDER: StartOrder = {
  image: 'acme/web:2.0.0',
  startFirst: false,
  pull: false,
  notAfter: new Date(8.64e15),
};

/** Service `1s7` of stack shop in production: active, opted in, running 2.0.4. */
export function aService(overrides: Partial<Service> = {}): Service {
  return {
    ref: { backend: 'cattle', environment: '1a5', id: '1s7' },
    environment: { id: '1a5', name: 'production' },
    stack: { id: '1st3', name: 'shop' },
    name: 'web',
    link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
    image: 'registry.acme.io/shop/web:2.0.4',
    sidekicks: [],
    labels: { 'autoupdate.enable': 'true' },
    phase: 'idle',
    state: 'active',
    revision: 'before',
    lastUpgrade: null,
    scale: 1,
    detail: null,
    canStartFirst: true,
    blocked: null,
    inspectBeforeStart: false,
    ...overrides,
  };
}

/** Nothing wrong with the containers: one runs, of the present revision. */
export function anInspection(overrides: Partial<Inspection> = {}): Inspection {
  return { containers: [], current: 1, outdated: 0, newest: null, blocked: null, ...overrides };
}

/** A container of revision `ours-1` that runs well. */
export function aContainer(overrides: Partial<Container> = {}): Container {
  return {
    id: '1i1',
    revision: 'ours-1',
    running: true,
    sound: true,
    starts: 1,
    state: 'running',
    ...overrides,
  };
}
