import { UpdaterError } from '../../../common/errors.js';
import type { ServiceRef } from '../../../domain/service.js';
import { isId } from './ids.js';

/**
 * Of every kind of service: a load balancer's own address loses its configuration on a rollback.
 *
 * @throws UpdaterError `rancher.error` where an id is none, which could lead to another address
 */
export function pathOf({ environment, id }: Pick<ServiceRef, 'environment' | 'id'>): string {
  return `${pathIn(environment, 'services')}/${checked(id)}`;
}

/** Of everything of one kind in an environment. Throws like `pathOf`. */
export function pathIn(environment: string, collection: 'services' | 'stacks' | 'subscribe'): string {
  return `/projects/${checked(environment)}/${collection}`;
}

function checked(id: string): string {
  if (!isId(id)) throw noId(id);
  return id;
}

function noId(id: string): UpdaterError {
  return new UpdaterError(
    'rancher.error',
    `"${id.slice(0, 50)}" is no id of Rancher's: nothing is asked of it`,
  );
}
