import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzipSync, gzip, type ZlibOptions } from 'node:zlib';

import type { SimulatorClock } from '../clock.js';
import { acceptsGzip } from './pages.js';
import type { Reply } from './reply.js';

const compress: (bytes: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(gzip);

/** Puts an answer on the wire as Cattle does: chunked, slashes escaped, gzip for GET replies below 400 only. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  level: number,
): Promise<void> {
  const readable = request.method === 'GET' && reply.status < 400 && reply.plain !== true;
  const zipped = readable && acceptsGzip(request.headers);
  const sent = zipped ? (reply.zipped ?? (await compress(bytesOf(reply), { level }))) : bytesOf(reply);
  if (zipped) reply.keep?.(sent);
  if (response.destroyed) return;
  response.writeHead(reply.status, headersOf(reply, zipped, readable));
  response.end(request.method === 'HEAD' ? undefined : sent);
}

/** Sends the head at once and the body in small pieces, for as long as the caller listens. */
export function sendSlowly(
  response: ServerResponse,
  reply: Reply,
  clock: SimulatorClock,
  everyMs: number,
  bytes: number,
): void {
  const body = bytesOf(reply);
  response.writeHead(reply.status, headersOf(reply, false, false));
  response.flushHeaders();
  const piece = (start: number): void => {
    if (response.destroyed) return;
    if (start >= body.length) {
      response.end();
      return;
    }
    response.write(body.subarray(start, start + bytes));
    clock.schedule(everyMs, () => piece(start + bytes));
  };
  piece(0);
}

function bytesOf(reply: Reply): Buffer {
  if (reply.zipped !== undefined) return gunzipSync(reply.zipped);
  if (typeof reply.body === 'string') return Buffer.from(reply.body);
  return Buffer.from(JSON.stringify(reply.body).replaceAll('/', '\\/'));
}

function headersOf(reply: Reply, zipped: boolean, readable: boolean): [string, string][] {
  const type = ['Content-Type', reply.contentType ?? 'application/json; charset=utf-8'] as const;
  const headers = [...(reply.headers ?? []), ...(reply.caller ?? [])];
  const cookies = headers.filter(([name]) => name === 'Set-Cookie');
  const others = headers.filter(([name]) => name !== 'Set-Cookie');
  const ordered = reply.plain === true ? [...cookies, type, ...others] : [...headers, type];
  return [
    ...ordered,
    ...(zipped ? [['Content-Encoding', 'gzip'] as const] : []),
    ...(readable ? [['Vary', 'Accept-Encoding, User-Agent'] as const] : []),
    ...(reply.plain === true ? [] : [['Transfer-Encoding', 'chunked'] as const]),
  ].map(([name, value]) => [name, value]);
}
