import type { Operation } from '../../src/openapi/operation.js';
import { DOCUMENT } from './documented.js';

/** A route that the OpenAPI document tells of. */
export interface ToldRoute {
  readonly path: string;
  /** As it is sent: `GET`. */
  readonly method: string;
  readonly operation: Operation;
}

export const TOLD_ROUTES: readonly ToldRoute[] = Object.entries(DOCUMENT.paths).flatMap(
  ([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
);

/** `GET /upgrades/{id}` and the like. */
export function nameOf({ method, path }: ToldRoute): string {
  return `${method} ${path}`;
}
