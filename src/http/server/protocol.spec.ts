import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../../../test/fakes/ask.js';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { say } from '../../../test/fakes/say.js';
import { refuseBrokenProtocol } from './protocol.js';

describe(refuseBrokenProtocol.name, () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start();
  });

  afterAll(() => app.close());

  it.each([
    ['no Host', 'GET /echo HTTP/1.1\r\nx-request-id: mine', 'The header Host is missing'],
    [
      'an Expect that nobody knows',
      'POST /echo HTTP/1.1\r\nhost: x\r\nx-request-id: mine\r\nexpect: foo',
      'The header Expect can only be 100-continue',
    ],
    [
      'two that it expects',
      'POST /echo HTTP/1.1\r\nhost: x\r\nx-request-id: mine\r\nexpect: foo, 100-continue',
      'The header Expect can only be 100-continue',
    ],
  ])('answers a request with %s as any other that is refused', async (_, request, message) => {
    const said = await say(app.port, `${request}\r\nconnection: close\r\n\r\n`);

    const [head = '', body = ''] = said.replace('HTTP/1.1 100 Continue\r\n\r\n', '').split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(head).toContain('x-request-id: mine');
    expect(head).toContain('X-Frame-Options: DENY');
    expect(JSON.parse(body)).toEqual({ code: 'request.invalid', message });
    expect(app.log).toContainEqual(expect.objectContaining({ message: 'request answered', reason: message }));
  });

  it('takes HTTP/1.0 without Host', async () => {
    expect(await say(app.port, 'GET /echo HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('lets no web page in where there is no Host to compare its own with', async () => {
    const request = 'POST /echo HTTP/1.0\r\norigin: http://evil.example\r\ncontent-length: 2\r\n\r\n{}';

    expect(await say(app.port, request)).toMatch(/^HTTP\/1.1 403 /);
  });

  it('puts the headers of every answer on what is answered past all hooks', async () => {
    const { headers } = await ask(`${app.url}/nothing`);
    const own = /^(date|keep-alive|x-request-id|content-length|connection)$/;
    const usual = Object.entries(headers).filter(([name]) => !own.test(name));

    const [head = ''] = (await say(app.port, 'rubbish\r\n\r\n')).split('\r\n\r\n');

    expect(usual.length).toBeGreaterThan(10);
    for (const [name, value] of usual) expect(head).toContain(`${name}: ${String(value)}\r\n`);
    expect(head).toMatch(/x-request-id: [0-9a-f-]{36}/);
  });
});
