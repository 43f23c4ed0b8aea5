import type { ErrorCode } from '../common/errors.js';

/**
 * With which status each failure is answered. A Rancher that cannot be asked is nothing its caller could do better, and
 * likely to pass.
 */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  'request.invalid': 400,
  'request.unidentified': 401,
  'request.timeout': 408,
  'request.too_large': 413,
  'request.headers_too_large': 431,
  'request.too_many': 429,
  'request.cross_site': 403,
  'request.not_found': 404,
  'request.conflict': 409,
  'request.method_not_allowed': 405,
  'service.stopping': 503,
  'service.full': 503,
  'store.unavailable': 503,
  'store.conflict': 409,
  'rancher.unreachable': 503,
  'rancher.unauthorized': 503,
  'rancher.forbidden': 503,
  'rancher.not_found': 502,
  'rancher.conflict': 502,
  'rancher.refused': 502,
  'rancher.uncertain': 502,
  'rancher.error': 503,
  'notify.failed': 502,
};
