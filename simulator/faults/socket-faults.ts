/** What happens to event sockets, open ones included, matched by the environment, the key and the path of their handshake. */
export type SocketFaultKind =
  | {
      /** The handshake is answered by HTTP; 200: by a proxy that passes it on as a plain GET. */
      readonly kind: 'socket-refuse';
      readonly status?: number | undefined;
      readonly retryAfter?: string | undefined;
    }
  /** Stays open and says nothing until the fault is removed; then what waited comes. */
  | { readonly kind: 'socket-freeze' }
  /** Cuts what is open when it is switched on, and what is opened later after `afterMs`. */
  | { readonly kind: 'socket-drop'; readonly afterMs?: number | undefined }
  /** Changes come without their resource: `data` is null, absent, or an empty object. */
  | { readonly kind: 'socket-bare'; readonly form?: 'null' | 'absent' | 'empty' | undefined }
  | { readonly kind: 'socket-duplicate'; readonly extra: number }
  /** Everything comes late, in order. */
  | { readonly kind: 'socket-slow'; readonly ms: number }
  /** Everything comes late by up to so many milliseconds, in any order. */
  | { readonly kind: 'socket-reorder'; readonly ms: number }
  /** A share of the changes, from 0 to 1, never comes. */
  | { readonly kind: 'socket-lose'; readonly share: number }
  /** Changes carry the resource as the socket showed it so long ago (default 5 s), or as long as the fault has seen. */
  | { readonly kind: 'socket-lie'; readonly ms?: number | undefined };
