import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, UpdaterError } from '../../common/errors.js';
import { STATUS } from '../statuses.js';
import { SECURITY_HEADERS } from './security-headers.js';

/**
 * Milliseconds that a caller gets to send its headers, and the whole of its request; how often that is looked at; and for
 * how long it may take nothing of its answer.
 */
export interface Timeouts {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly checkMs: number;
  readonly stallMs: number;
}

export const TIMEOUTS: Timeouts = { headersMs: 10_000, requestMs: 30_000, checkMs: 1000, stallMs: 30_000 };

/** What Node says of a connection that brings no whole request, in our words; anything else is no HTTP. */
const KNOWN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request.timeout', 'The request took too long to arrive'],
  HPE_HEADER_OVERFLOW: ['request.headers_too_large', 'The headers are larger than 16 KiB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['request.too_large', 'The extensions of a chunk are too large'],
};

/** Answers a connection on which no whole request came, and closes it; no hook and no filter is asked about it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(textOf(refusalOf(error)));
  socket.destroy();
}

function refusalOf({ code = '' }: NodeJS.ErrnoException): UpdaterError {
  const [known, message] = KNOWN[code] ?? ['request.invalid', 'This is no HTTP request'];
  return new UpdaterError(known, message);
}

function textOf({ code, message }: UpdaterError): string {
  const body = JSON.stringify({ code, message });
  const headers = {
    ...SECURITY_HEADERS,
    'x-request-id': randomUUID(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${STATUS[code]} ${STATUS_CODES[STATUS[code]]}`, ...lines, '', body].join('\r\n');
}
