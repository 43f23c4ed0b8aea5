import type { IncomingMessage } from 'node:http';
import { Observable, throwError, timeout } from 'rxjs';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../../../common/clock.js';
import { readRetryAfter } from '../../../common/retry-after.js';
import type { CattleTls } from '../cattle.tls.js';
import { wordsFor, wordsOfFailure } from '../api/connection-failures.js';
import { type Frame, readMessage } from './cattle.event.js';
import { SocketFailure } from './socket-failure.js';

export interface Handshake {
  readonly url: string;
  /** The key is in them: the URL has none. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: CattleTls;
}

/** `open`: connected. */
export type SocketItem = { readonly is: 'open' } | Frame;

const HANDSHAKE_MS = 10_000;
/** Cattle sends a ping every 5 s; its own pages wait as long. */
const SILENCE_MS = 11_000;

/** What is longer ends the connection; what is read is far shorter. */
const OPTIONS = {
  maxPayload: 16 * 1024 * 1024,
  perMessageDeflate: false,
  followRedirects: false,
};

const OTHER: Frame = { is: 'other' };
const ABNORMAL = 1006;

/**
 * One connection: connects when subscribed, and sends nothing after the handshake but what the protocol demands. Errors
 * with a `SocketFailure` when there is no connection within 10 s, when it ends, and when no message has come for 11 s;
 * never completes. Unsubscribing closes the socket at once, in any state.
 */
export function eventSocket(handshake: Handshake, clock: Clock): Observable<SocketItem> {
  return connection(handshake, clock).pipe(
    timeout({
      first: HANDSHAKE_MS,
      each: SILENCE_MS,
      scheduler: clock.scheduler,
      with: ({ seen }) => throwError(() => silence(seen === 0)),
    }),
  );
}

/**
 * Its listeners stay on when nobody listens any more: a socket that is closed while it connects still reports an error,
 * which without a listener would end the process.
 */
function connection({ url, headers, tls }: Handshake, clock: Clock): Observable<SocketItem> {
  return new Observable((subscriber) => {
    const socket = new WebSocket(url, { ...OPTIONS, ...tls, headers });
    socket.on('open', () => subscriber.next({ is: 'open' }));
    socket.on('message', (data, isBinary) => subscriber.next(frameOf(data, isBinary)));
    socket.on('unexpected-response', (_, response) => subscriber.error(answered(response, clock.now())));
    socket.on('error', (error) => subscriber.error(new SocketFailure(wordsOf(error))));
    socket.on('close', (code, reason) => subscriber.error(ended(code, reason.toString())));
    return () => socket.terminate();
  });
}

function frameOf(data: RawData, isBinary: boolean): Frame {
  return Buffer.isBuffer(data) && !isBinary ? readMessage(data) : OTHER;
}

function silence(isFirst: boolean): SocketFailure {
  return new SocketFailure(
    isFirst ? `no connection within ${HANDSHAKE_MS / 1000} s` : `no frame for ${SILENCE_MS / 1000} s`,
  );
}

function answered({ statusCode: status = 0, headers }: IncomingMessage, now: Date): SocketFailure {
  const { retryAfterMs = null } = readRetryAfter(headers['retry-after'], now);
  return new SocketFailure(`a websocket is answered with ${status}`, { status, retryAfterMs });
}

function wordsOf(error: Error): string {
  const { message } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  const failed = { code, message };
  return wordsFor(failed) ?? (message || wordsOfFailure(failed));
}

function ended(code: number, reason: string): SocketFailure {
  if (code === ABNORMAL) return new SocketFailure('connection lost');
  return new SocketFailure(`closed by the other side (${reason === '' ? code : `${code}: ${reason}`})`);
}
