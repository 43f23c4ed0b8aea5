import { afterEach, describe, expect, it } from '@jest/globals';
import { ask, type Answer, type Question } from '../../test/fakes/ask.js';
import { EchoApp } from '../../test/fakes/echo-app.js';
import { Callers } from './caller.js';

const GATEWAY = '127.0.0.1';
const STRANGER = '127.0.0.2';
const BEHIND = {
  AUTOUPDATE_IDENTITY_HEADER: 'X-Forwarded-User',
  AUTOUPDATE_TRUSTED_PROXIES: `${GATEWAY}, ::1`,
};

describe(Callers.name, () => {
  let app: EchoApp;

  afterEach(() => app.close());

  async function start(variables: Record<string, string> = {}, host = GATEWAY): Promise<void> {
    app = await EchoApp.start({ variables: { ...BEHIND, ...variables }, host });
  }

  function askAs(user: string | string[], question: Question = {}, path = '/echo'): Promise<Answer> {
    const headers = { 'x-forwarded-user': user, ...question.headers };
    return ask(app.url + path, { ...question, headers });
  }

  it('believes the gateway, and passes the header on to nobody', async () => {
    await start();

    const { json } = await askAs('alice');

    expect(json).toMatchObject({ caller: { name: 'alice', address: GATEWAY } });
    expect(json).toMatchObject({ headers: expect.not.arrayContaining(['x-forwarded-user']) });
    expect(app.counts).toEqual({ dropped: 0, refused: 0 });
  });

  it('drops and counts what anybody else says', async () => {
    await start();

    const { json } = await askAs('alice', { from: STRANGER });

    expect(json).toMatchObject({ caller: { name: null, address: STRANGER } });
    expect(json).toMatchObject({ headers: expect.not.arrayContaining(['x-forwarded-user']) });
    expect(app.counts).toEqual({ dropped: 1, refused: 0 });
  });

  it('believes neither of two names', async () => {
    await start();

    const { json } = await askAs(['mallory', 'alice']);

    expect(json).toMatchObject({ caller: { name: null, address: GATEWAY } });
    expect(app.counts.dropped).toBe(1);
  });

  it('does not read the header where it is not told to', async () => {
    app = await EchoApp.start({ variables: { AUTOUPDATE_TRUSTED_PROXIES: GATEWAY } });

    const { json } = await askAs('alice');

    expect(json).toMatchObject({ caller: { name: null } });
    expect(app.counts).toEqual({ dropped: 0, refused: 0 });
  });

  it.each([
    ['10.0.0.0/8,127.0.0.0/31', true],
    ['10.0.0.0/8,127.0.0.2/31', false],
    ['::ffff:127.0.0.1', true],
    ['::ffff:127.0.0.0/120', true],
    ['::ffff:127.0.1.0/120', false],
    ['::1', false],
  ])('knows a gateway that %s names, over a socket for IPv4 and IPv6 (%s)', async (proxies, isKnown) => {
    await start({ AUTOUPDATE_TRUSTED_PROXIES: proxies }, '::');

    const { json } = await ask(`http://127.0.0.1:${app.port}/echo`, {
      headers: { 'x-forwarded-user': 'alice' },
    });

    expect(json).toMatchObject({ caller: { name: isKnown ? 'alice' : null, address: '127.0.0.1' } });
  });

  it.each([
    ['::1', true],
    ['::/96', true],
    ['fd00::/8', false],
    ['127.0.0.1', false],
  ])('knows a gateway of IPv6 that %s names (%s)', async (proxies, isKnown) => {
    await start({ AUTOUPDATE_TRUSTED_PROXIES: proxies }, '::1');

    const { json } = await askAs('alice');

    expect(json).toMatchObject({ caller: { name: isKnown ? 'alice' : null, address: '::1' } });
  });

  it('says in the log who sent a request, refused or not', async () => {
    await start();

    await askAs('alice');
    await askAs('alice', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
    await askAs('alice', { from: STRANGER });

    const answered = app.log.filter(({ message }) => message === 'request answered');
    expect(answered.map(({ caller }) => caller)).toEqual(['alice', 'alice', STRANGER]);
  });

  it('warns once for each address that is not believed, and says nothing of the name', async () => {
    await start();

    for (const from of [STRANGER, STRANGER, '127.0.0.3']) await askAs('alice-in-the-header', { from });
    await askAs(['alice-in-the-header', 'mallory']);

    const untrusted =
      'the identity header is not believed: AUTOUPDATE_TRUSTED_PROXIES does not name the address it came from';
    expect(app.log.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: untrusted, address: STRANGER },
      { message: untrusted, address: '127.0.0.3' },
      { message: expect.stringContaining('the identity header came more than once'), address: GATEWAY },
    ]);
    expect(JSON.stringify(app.log)).not.toMatch(/alice|mallory/);
  });

  it('warns of nothing where the gateway alone says who asks, or nobody does', async () => {
    await start();

    await askAs('alice');
    await ask(`${app.url}/echo`, { from: STRANGER });

    expect(app.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  describe('where a name is required', () => {
    const REQUIRED = { AUTOUPDATE_REQUIRE_IDENTITY: 'true' };

    it.each<[string, string[], string, string]>([
      ['nobody said who asks', [], GATEWAY, 'Nobody has said who asks'],
      ['nobody said it, from anywhere', [], STRANGER, 'Nobody has said who asks'],
      ['the header is empty', [''], GATEWAY, 'Nobody has said who asks'],
      ['the address is not trusted', ['alice'], STRANGER, 'not among AUTOUPDATE_TRUSTED_PROXIES'],
      ['neither is one that says two', ['alice', 'bob'], STRANGER, 'not among AUTOUPDATE_TRUSTED_PROXIES'],
      ['the gateway says two', ['alice', 'bob'], GATEWAY, 'came more than once'],
    ])('says why it refuses: %s', async (_, user, from, words) => {
      await start(REQUIRED);

      const { status, json } =
        user.length === 0 ? await ask(`${app.url}/echo`, { from }) : await askAs(user, { from });

      expect(status).toBe(401);
      expect(json).toMatchObject({ code: 'request.unidentified', message: expect.stringContaining(words) });
      expect(JSON.stringify(json)).not.toMatch(/alice|bob/);
    });

    it.each(['/echo', '/nothing', '/%70ong', '/ping/x', '/health', '//ping', '/health/live/..'])(
      'refuses who has none at %s',
      async (path) => {
        await start(REQUIRED);

        const answer = await ask(app.url + path);

        expect(answer).toMatchObject({
          status: 401,
          headers: { 'www-authenticate': 'Gateway' },
          json: { code: 'request.unidentified' },
        });
        expect(app.counts).toEqual({ dropped: 0, refused: 1 });
      },
    );

    it('refuses who only claims one, and who sends an empty one', async () => {
      await start(REQUIRED);

      const statuses = [
        (await askAs('alice', { from: STRANGER })).status,
        (await askAs('')).status,
        (await askAs('alice')).status,
      ];

      expect(statuses).toEqual([401, 401, 200]);
    });

    it('reads no body of who has none', async () => {
      await start(REQUIRED);

      const answer = await ask(`${app.url}/echo`, { method: 'POST', body: 'rubbish' });

      expect(answer.status).toBe(401);
    });

    it.each(['/ping', '/ping/', '/health/live', '/health/ready', '/metrics', '/ping?x'])(
      'lets everybody probe %s',
      async (path) => {
        await start(REQUIRED);

        expect(await ask(app.url + path)).toMatchObject({ status: 200, text: 'well' });
      },
    );
  });
});
