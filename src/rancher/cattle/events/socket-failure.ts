const DENIED = 401;
const HIDDEN: ReadonlySet<number> = new Set([403, 404]);
const BUSY: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const NOT_IMPLEMENTED = 501;
const UNAVAILABLE = 503;

/**
 * What a failure means for the next attempt. `lost`: no connection, or no longer. `busy`: asked to come back later.
 * `server_error`: the server, or a proxy before it, is in trouble. `denied`: the key is not let in. `hidden`: not to be had
 * under this address, for the key or for a proxy that lets no websocket through.
 * `not_websocket`: something on the way does not speak websocket.
 */
export type FailureKind = 'lost' | 'busy' | 'server_error' | 'denied' | 'hidden' | 'not_websocket';

/** An answer by HTTP in the place of a connection. */
export interface HttpAnswer {
  readonly status: number;
  /** Milliseconds for which it wants nothing more to be asked; null: it does not say. */
  readonly retryAfterMs: number | null;
}

/** Why there is no connection, or no longer. Never keeps what a library threw. */
export class SocketFailure extends Error {
  override readonly name = 'SocketFailure';
  readonly kind: FailureKind;

  constructor(
    /** In words of ours, or of the other side: to be masked before it is told. */
    readonly why: string,
    readonly answer: HttpAnswer | null = null,
  ) {
    super(why);
    this.kind = answer === null ? 'lost' : kindOf(answer);
  }
}

function kindOf({ status, retryAfterMs }: HttpAnswer): FailureKind {
  if (status === DENIED) return 'denied';
  if (HIDDEN.has(status)) return 'hidden';
  if (BUSY.has(status) || (status === UNAVAILABLE && retryAfterMs !== null)) return 'busy';
  return status >= 500 && status !== NOT_IMPLEMENTED ? 'server_error' : 'not_websocket';
}
