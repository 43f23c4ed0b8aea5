/** The foreseen failures. Part of the API: codes are added, never changed. */
const ERROR_CODES = [
  'request.invalid',
  'request.unidentified',
  'request.timeout',
  'request.too_large',
  'request.headers_too_large',
  'request.too_many',
  'request.cross_site',
  'request.not_found',
  'request.conflict',
  'request.method_not_allowed',
  'service.stopping',
  'service.full',
  'store.unavailable',
  'store.conflict',
  'rancher.unreachable',
  'rancher.unauthorized',
  'rancher.forbidden',
  'rancher.not_found',
  'rancher.conflict',
  'rancher.refused',
  'rancher.uncertain',
  'rancher.error',
  'notify.failed',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export interface ErrorDetails {
  /** What is wrong field by field, for bad requests. */
  readonly fields?: readonly FieldProblem[];
  /** Milliseconds to wait at least before it is tried again: the other side asked for them. */
  readonly retryAfterMs?: number;
  /** The same request would fail again: it is not to be repeated. */
  readonly permanent?: boolean;
  /** There was more in the request than the other side takes: a shorter one may do. */
  readonly isTooLarge?: boolean;
  /** Where it was made it was logged too, so nobody else has to. */
  readonly isLogged?: boolean;
}

/**
 * A foreseen failure, made at the edge where it shows. It never keeps what a library threw: an HTTP client's error
 * carries the keys that were sent.
 */
export class UpdaterError extends Error {
  override readonly name = 'UpdaterError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** What went wrong, in a sentence, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same with the way that led there, for the log alone. */
export function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || messageOf(error);
}

/** The failure, marked as one that was logged where it was made. */
export function asLogged(error: unknown): unknown {
  if (!(error instanceof UpdaterError)) return error;
  return new UpdaterError(error.code, error.message, { ...error.details, isLogged: true });
}
