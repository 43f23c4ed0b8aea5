import type { ServiceRef } from '../../../domain/service.js';

/** Of every kind of service: a load balancer's own address loses its configuration on a rollback. */
export function pathOf({ environment, id }: Pick<ServiceRef, 'environment' | 'id'>): string {
  return `/projects/${environment}/services/${id}`;
}
