import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../../../test/fakes/ask.js';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { addSecurityHeaders } from './security-headers.js';

describe(addSecurityHeaders.name, () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start();
  });

  afterAll(() => app.close());

  const EVERY = [
    ['GET', '/echo', 200, {}],
    ['POST', '/echo', 400, { 'content-length': '0' }],
    ['GET', '/nothing', 404, {}],
    ['DELETE', '/echo', 405, {}],
    ['GET', '/%zz', 400, {}],
    ['POST', '/echo', 403, { 'sec-fetch-site': 'cross-site' }],
  ] as const;

  it.each(EVERY)('lets no page frame, run or guess %s %s (%i)', async (method, path, status, headers) => {
    const answer = await ask(app.url + path, { method, headers });

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it.each(EVERY)(
    'asks no browser for TLS, and names no product, with %s %s (%i)',
    async (method, path, _, headers) => {
      const answer = await ask(app.url + path, { method, headers });

      expect(answer.headers['strict-transport-security']).toBeUndefined();
      expect(answer.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
      expect(answer.headers.server).toBeUndefined();
      expect(answer.headers['x-powered-by']).toBeUndefined();
    },
  );

  it.each(['GET', 'OPTIONS'])('lets no page of another site read what %s answers', async (method) => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };

    const answer = await ask(`${app.url}/echo`, { method, headers });

    const allowing = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
    expect(allowing).toEqual([]);
  });
});
