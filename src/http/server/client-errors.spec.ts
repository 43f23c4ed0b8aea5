import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../../../test/fakes/ask.js';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { answerClientError, TIMEOUTS } from './client-errors.js';

const SHORT = { headersMs: 300, requestMs: 600, checkMs: 20, stallMs: 30_000 };
const DRIP_MS = 25;

describe(answerClientError.name, () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start({ timeouts: SHORT });
  });

  afterAll(() => app.close());

  async function opened(): Promise<Socket> {
    const caller = connect(app.port, '127.0.0.1');
    caller.on('error', () => undefined);
    await once(caller, 'connect');
    return caller;
  }

  /** Sends byte after byte, and answers what came back before it was cut off, and after how long. */
  async function drip(
    begin: string,
    endless: string,
  ): Promise<{ readonly said: string; readonly ms: number }> {
    const caller = await opened();
    const began = performance.now();
    caller.write(begin);
    const dripping = setInterval(() => caller.write(endless), DRIP_MS);
    const said = await text(caller);
    clearInterval(dripping);
    return { said, ms: performance.now() - began };
  }

  const TIMED_OUT = {
    status: 'HTTP/1.1 408 Request Timeout',
    body: { code: 'request.timeout', message: 'The request took too long to arrive' },
  };

  it.each([
    ['its request line', 'GET /', 'e', SHORT.headersMs],
    ['its headers', 'GET /echo HTTP/1.1\r\nhost: x\r\nx: ', 'x', SHORT.headersMs],
    [
      'its body',
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n{"word":"',
      'x',
      SHORT.requestMs,
    ],
    [
      'its chunks',
      'POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
      '1\r\nx\r\n',
      SHORT.requestMs,
    ],
  ])('cuts off who sends %s byte by byte', async (_, begin, endless, limitMs) => {
    const { said, ms } = await drip(begin, endless);

    expect(ms).toBeGreaterThan(limitMs / 2);
    expect(ms).toBeLessThan(limitMs + 5000);
    expect(answered(said)).toEqual(TIMED_OUT);
  });

  it('cuts off who connects and says nothing', async () => {
    const caller = await opened();

    expect(answered(await text(caller))).toEqual(TIMED_OUT);
  });

  it('lets who is quick have an answer that takes longer than a request may', async () => {
    const answer = await ask(`${app.url}/echo?ms=${SHORT.requestMs * 2}`);

    expect(answer.status).toBe(200);
  });

  it.each([
    ['no HTTP', 'rubbish\r\n\r\n', '400 Bad Request', 'request.invalid'],
    [
      'headers without an end',
      `GET /echo HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}`,
      '431 Request Header Fields Too Large',
      'request.headers_too_large',
    ],
  ])('answers %s in our own words', async (_, bytes, status, code) => {
    const caller = await opened();
    caller.write(bytes);

    expect(answered(await text(caller))).toEqual({
      status: `HTTP/1.1 ${status}`,
      body: { code, message: expect.any(String) },
    });
  });

  it('gives a caller seconds, not minutes', () => {
    expect(TIMEOUTS.headersMs + TIMEOUTS.checkMs).toBeLessThanOrEqual(11_000);
    expect(TIMEOUTS.requestMs + TIMEOUTS.checkMs).toBeLessThanOrEqual(31_000);
  });
});

/** The status line and the body of an answer as it came. */
function answered(said: string): { readonly status: string; readonly body: unknown } {
  const [head = '', body = ''] = said.split('\r\n\r\n');
  const [status = ''] = head.split('\r\n', 1);
  return { status, body: JSON.parse(body) };
}
