import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../../test/fakes/ask.js';
import { EchoApp } from '../../test/fakes/echo-app.js';

describe('the path prefix of the gateway', () => {
  let app: EchoApp;

  beforeAll(async () => {
    app = await EchoApp.start({ variables: { AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1' } });
  });

  afterAll(() => app.close());

  async function prefixFor(value: string | string[], from = '127.0.0.1'): Promise<unknown> {
    const headers = { 'x-forwarded-prefix': value };
    return (await ask(`${app.url}/echo`, { headers, from })).json;
  }

  it.each(['/updater', '/team-a/v1.0/updater_2', '/~x', `/${'x'.repeat(199)}`])(
    'is taken: %s',
    async (prefix) => {
      expect(await prefixFor(prefix)).toMatchObject({ prefix });
    },
  );

  it('is taken without a slash at its end', async () => {
    expect(await prefixFor('/updater/')).toMatchObject({ prefix: '/updater' });
  });

  it.each([
    '',
    '/',
    'updater',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/a//b',
    '/a//',
    '/..',
    '/a/../b',
    '/a/./b',
    '/a b',
    '/a?b',
    '/a#b',
    '/a%0d%0ab',
    '/a,/b',
    `/${'x'.repeat(200)}`,
  ])('is none where it is no path: %j', async (prefix) => {
    expect(await prefixFor(prefix)).toMatchObject({ prefix: '' });
  });

  it('is none where there are two', async () => {
    expect(await prefixFor(['/a', '/b'])).toMatchObject({ prefix: '' });
  });

  it('is none where somebody else than the gateway says it', async () => {
    expect(await prefixFor('/updater', '127.0.0.2')).toMatchObject({ prefix: '' });
  });
});
