import { isService, isStack, type Json, type ServiceResource } from '../api/cattle.wire.js';
import type { CattleEvent } from '../events/cattle.event.js';
import { UPGRADABLE } from '../service-view.js';

/** What an event means for us. */
export type Heard =
  | HeardOfService
  | { readonly of: 'stack'; readonly id: string; readonly name: string | null }
  | HeardOfContainers
  | { readonly of: 'nothing' };

export interface HeardOfService {
  readonly of: 'service';
  readonly id: string;
  /** Null: it has changed, but not how. */
  readonly resource: ServiceResource | null;
  readonly sentMs: CattleEvent['sentMs'];
}

/** The services that they belong to; null: nobody knows. */
export interface HeardOfContainers {
  readonly of: 'container';
  readonly services: readonly string[] | null;
}

const CONTAINERS: ReadonlySet<string> = new Set(['container', 'instance', 'virtualMachine']);

/** Reads an event; a resource that is not as it should be counts as one that was left out. */
export function heardIn({ resourceType, resourceId, resource, sentMs }: CattleEvent): Heard {
  if (UPGRADABLE.has(resourceType)) {
    const isWhole = resource !== null && isService(resource) && resource.id === resourceId;
    return { of: 'service', id: resourceId, resource: isWhole ? resource : null, sentMs };
  }
  if (resourceType === 'stack') {
    return { of: 'stack', id: resourceId, name: resource && isStack(resource) ? resource.name : null };
  }
  if (CONTAINERS.has(resourceType)) return { of: 'container', services: servicesOf(resource) };
  return { of: 'nothing' };
}

/** The services that a container belongs to; null: it does not tell. */
function servicesOf(resource: Json | null): readonly string[] | null {
  const ids = resource?.['serviceIds'];
  return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : null;
}
