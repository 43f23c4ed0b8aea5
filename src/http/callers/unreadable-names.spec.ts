import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask, type Answer } from '../../../test/fakes/ask.js';
import { EchoApp } from '../../../test/fakes/echo-app.js';

describe('a name that would have to be changed', () => {
  let app: EchoApp;

  beforeEach(async () => {
    app = await EchoApp.start({
      variables: { AUTOUPDATE_IDENTITY_HEADER: 'X-User', AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1' },
    });
  });

  afterEach(() => app.close());

  function askAs(user: string, path = '/echo'): Promise<Answer> {
    return ask(app.url + path, { headers: { 'x-user': Buffer.from(user).toString('latin1') } });
  }

  it.each(['ad\u00admin', '\ufeffadmin', 'admin\u00a0', `${'x'.repeat(200)}A`, `${'x'.repeat(200)}B`])(
    'is refused, for it could become the name of somebody else: %j',
    async (user) => {
      expect(await askAs(user)).toMatchObject({
        status: 400,
        json: { code: 'request.invalid', message: expect.stringContaining('must be UTF-8 of at most 200') },
      });
      expect(app.counts).toEqual({ dropped: 1, refused: 0 });
    },
  );

  it('is refused too in Latin-1, which could be another name in UTF-8', async () => {
    expect(await ask(`${app.url}/echo`, { headers: { 'x-user': 'Zo\u00eb' } })).toMatchObject({
      status: 400,
    });
    expect(await askAs('Zoë')).toMatchObject({ status: 200, json: { caller: { name: 'Zoë' } } });
  });

  it('keeps no probe away', async () => {
    expect(await askAs('ad\u00admin', '/health/live')).toMatchObject({ status: 200 });
  });

  it('is warned of once for each address, without the name', async () => {
    for (const user of ['al\u00adice', 'al\u00adice']) await askAs(user);

    expect(app.log.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: expect.stringContaining('what cannot be a name'), address: '127.0.0.1' },
    ]);
    expect(JSON.stringify(app.log)).not.toContain('ice');
  });
});
