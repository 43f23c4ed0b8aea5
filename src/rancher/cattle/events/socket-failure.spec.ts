import { describe, expect, it } from '@jest/globals';
import { SocketFailure } from './socket-failure.js';

function kindOf(status: number, retryAfterMs: number | null = null): string {
  return new SocketFailure('any', { status, retryAfterMs }).kind;
}

describe(SocketFailure, () => {
  it('is a lost connection where nothing was answered', () => {
    expect(new SocketFailure('connection reset').kind).toBe('lost');
  });

  it('says of a 401 that the key is not let in', () => {
    expect(kindOf(401)).toBe('denied');
  });

  it.each([403, 404])('says of a %d that there is nothing to be had', (status) => {
    expect(kindOf(status)).toBe('hidden');
  });

  it.each([0, 200, 204, 301, 302, 307, 308, 400, 405, 406, 426, 501])(
    'says of a %d that something does not speak websocket',
    (status) => {
      expect(kindOf(status)).toBe('not_websocket');
    },
  );

  it.each([408, 409, 425, 429])('says of a %d that it is to be tried later', (status) => {
    expect(kindOf(status)).toBe('busy');
  });

  it.each([500, 502, 503, 504, 599])('says of a %d that a server is in trouble', (status) => {
    expect(kindOf(status)).toBe('server_error');
  });

  it('says of a server that names the time to come back that it is busy', () => {
    expect(kindOf(503, 2000)).toBe('busy');
    expect(kindOf(502, 2000)).toBe('server_error');
  });
});
