import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../../../test/fakes/ask.js';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { readableUrl, refuseBrokenPaths } from './broken-paths.js';

const BROKEN = ['/%zz', '/echo/%', '/%ff', '/ec%c3ho?ms=%zz', '/%zz?a=%2F?b', '/ping%'];

describe(refuseBrokenPaths.name, () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start({
      variables: {
        AUTOUPDATE_IDENTITY_HEADER: 'X-User',
        AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1',
        AUTOUPDATE_REQUIRE_IDENTITY: 'true',
      },
    });
  });

  afterAll(() => app.close());

  it.each(BROKEN)('answers %s as any other request that is refused', async (path) => {
    const told: unknown[] = [];
    const following = app.traffic.answered$.subscribe((answered) => told.push(answered));

    const answer = await ask(app.url + path, { headers: { 'x-user': 'alice', 'x-request-id': path } });

    following.unsubscribe();
    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-request-id': path, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' },
      json: { code: 'request.invalid', message: 'In the path, % must begin a byte of UTF-8, such as %2F' },
    });
    expect(told).toMatchObject([{ route: 'none', status: '400' }]);
    expect(app.log).toContainEqual(
      expect.objectContaining({
        message: 'request answered',
        request: path,
        caller: 'alice',
        path: path.split('?')[0],
        code: 'request.invalid',
      }),
    );
  });

  it('wants a name for it where one is wanted', async () => {
    expect(await ask(`${app.url}/%zz`)).toMatchObject({ status: 401 });
  });

  it.each(['/echo?ms=%zz', '/ech%6F'])('lets %s pass', async (path) => {
    expect(await ask(app.url + path, { headers: { 'x-user': 'alice' } })).toMatchObject({ status: 200 });
  });

  it('answers a path however long a part of it is', async () => {
    const answer = await ask(`${app.url}/${'x'.repeat(8000)}`, { headers: { 'x-user': 'alice' } });

    expect(answer).toMatchObject({ status: 404, headers: { 'x-frame-options': 'DENY' } });
  });
});

describe(readableUrl.name, () => {
  it.each(['/', '/echo', '/ec%20ho?%zz', '*', '/%F0%9F%92%A9'])('leaves %s as it is', (url) => {
    expect(readableUrl({ url })).toBe(url);
  });

  it.each(BROKEN)('makes of %s what can be read, and leaves its query', (url) => {
    const [path = '', ...query] = readableUrl({ url }).split('?');

    expect(decodeURIComponent(path)).toBe(url.split('?')[0]);
    expect(query).toEqual(url.split('?').slice(1));
  });
});
