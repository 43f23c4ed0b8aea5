import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

const REALM = 'Basic realm="Enter API access key and secret key as username and password"';

function error(status: number, code: string, more: object = {}): object {
  return {
    id: expect.any(String),
    type: 'error',
    links: {},
    actions: {},
    status,
    code,
    message: code,
    detail: null,
    baseType: 'error',
    ...more,
  };
}

describe('transport and authentication', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('answers a ping without a key', async () => {
    const { status, text, headers } = await rig.get('/ping', { key: null });

    expect([status, text.trim(), headers['content-type']]).toEqual([200, 'pong', 'text/plain']);
  });

  it.each([
    ['no key', null],
    ['an unknown key', 'nobody:x'],
    ['a wrong secret', 'env:wrong'],
  ])('challenges %s', async (_, key) => {
    const { status, body, headers } = await rig.get(`${P}/services`, { key });

    expect(status).toBe(401);
    expect(body).toEqual(error(401, 'Unauthorized'));
    expect(Object.keys(body)).toEqual(Object.keys(error(401, 'Unauthorized')));
    expect(headers['www-authenticate']).toBe(REALM);
    expect(headers['x-api-schemas']).toBe(`${rig.simulator.url}${P}/schemas`);
    expect(headers['x-api-account-id']).toBeUndefined();
  });

  it('leaves the challenge out for those who ask', async () => {
    const { status, headers } = await rig.get(`${P}/services`, {
      key: null,
      headers: { 'X-API-No-Challenge': 'true' },
    });

    expect([status, headers['www-authenticate']]).toEqual([401, undefined]);
  });

  it('takes any key for the admin while access control is off, unless told to enforce it', async () => {
    const open = await Rig.start({ security: false });
    const headers = { 'X-ENFORCE-AUTHENTICATION': 'true' };

    const wrong = await open.get('/v2-beta/projects', { key: 'nobody:x' });
    const enforced = await open.get('/v2-beta/projects', { key: 'nobody:x', headers });
    const right = await open.get('/v2-beta/projects', { key: 'env' });
    await open.close();

    expect([wrong.status, wrong.headers['x-api-account-kind']]).toEqual([200, 'admin']);
    expect(enforced.status).toBe(401);
    expect(right.headers['x-api-account-kind']).toBe('project');
  });

  it.each(['env', 'account', 'user'])('forbids a foreign environment to %s', async (key) => {
    const { status, body, headers } = await rig.get('/v2-beta/projects/1a6/services', { key });

    expect(status).toBe(403);
    expect(body).toEqual(error(403, 'Forbidden'));
    expect(headers['x-api-account-id']).toBeUndefined();
  });

  it('tells an unknown project resource (404) from a path below it (403)', async () => {
    const resource = await rig.get('/v2-beta/projects/1a999');
    const below = await rig.get('/v2-beta/projects/1a999/services', { key: 'admin' });
    const garbage = await rig.get('/v2-beta/projects/foo/services');

    expect([resource.status, resource.body.code]).toEqual([404, 'Not Found']);
    expect([below.status, garbage.status]).toEqual([403, 403]);
  });

  it('refuses an inactive environment: 401 to its own key, 403 to others', async () => {
    rig.simulator.fleet.setEnvironmentState('Default', 'inactive');

    const own = await rig.get(`${P}/services`);
    const admin = await rig.get(`${P}/services`, { key: 'admin' });

    expect([own.status, admin.status]).toEqual([401, 403]);
  });

  it.each([
    ['/v2-beta', '/v2-beta/schemas'],
    ['/v1', '/v1/schemas'],
    ['/', '/v1/schemas'],
    [`${P}/services`, `${P}/schemas`],
    ['/v1/projects/1a5', '/v1/schemas'],
  ])('names the schemas of %s', async (path, schemas) => {
    const { status, headers } = await rig.get(path);

    expect([status, headers['x-api-schemas']]).toEqual([200, rig.simulator.url + schemas]);
  });

  it('says whom it takes the caller for, in headers', async () => {
    const env = await rig.get(`${P}/services`);
    const user = await rig.get(`${P}/services`, { key: 'user' });

    expect(env.headers).toMatchObject({
      'x-api-account-id': '1a5',
      'x-api-user-id': '1a5',
      'x-api-account-kind': 'project',
      'x-api-account-name': 'Default',
      'x-api-client-ip': '127.0.0.1',
      'x-rancher-version': 'v1.6.30',
      'content-type': 'application/json; charset=utf-8',
      'set-cookie': ['PL=rancher;Path=/'],
      'transfer-encoding': 'chunked',
    });
    expect(user.headers['x-api-account-id']).toBe('1a5');
    expect(user.headers['x-api-user-id']).not.toBe('1a5');
    expect(user.headers['x-api-account-kind']).toBe('user');
  });

  it('scopes to the environment of a header, with un-scoped links', async () => {
    const { body } = await rig.get('/v2-beta/services', {
      key: 'admin',
      headers: { 'X-API-Project-Id': '1a5' },
    });

    expect(body.data.map((row: { id: string }) => row.id)).toEqual(['1s7', '1s9', '1s10']);
    expect(body.data[0].links.self).toBe(`${rig.simulator.url}/v2-beta/services/1s7`);
  });

  it('answers the web page outside the API, or Jetty’s 404 where there is none', async () => {
    const bare = await Rig.start({ settings: { ui: false } });

    const page = await rig.get('/nonsense');
    const missing = await bare.get('/nonsense');
    await bare.close();

    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'text/html; charset=ISO-8859-1']);
  });

  it('does not know a collection of another name', async () => {
    const { status, body } = await rig.get('/v2-beta/nonsense');

    expect([status, body]).toEqual([404, error(404, 'Not Found')]);
  });

  it('refuses a body that is no JSON before it looks at the key', async () => {
    const { status, body, headers } = await rig.act('upgrade', '1s7', '{');

    expect([status, body]).toEqual([400, error(400, 'InvalidBodyContent')]);
    expect(headers['x-api-account-id']).toBeUndefined();
  });

  it.each([
    [{ 'X-Forwarded-Proto': 'https', Host: 'r.example' }, 'https://r.example'],
    [
      { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'r.example', 'X-Forwarded-Port': '8443' },
      'https://r.example:8443',
    ],
    [
      { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'r.example', 'X-Forwarded-Port': '443' },
      'https://r.example',
    ],
    [{ Host: 'Plain.Example:8080' }, 'http://plain.example:8080'],
  ])('builds links as the caller believes to speak: %j', async (headers, origin) => {
    const { body } = await rig.get(`${P}/services/1s7`, { headers });

    const links: string[] = [...Object.values<string>(body.links), ...Object.values<string>(body.actions)];
    expect(links.filter((link) => !link.startsWith(`${origin}/v2-beta/`))).toEqual([]);
  });

  it('compresses reads but neither errors nor actions', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };

    const list = await rig.get(`${P}/services`, { headers });
    const missing = await rig.get(`${P}/services/1s999`, { headers });
    const refused = await rig.post(`${P}/services/1s7/?action=rollback`, {}, { headers });

    expect(list.headers['content-encoding']).toBe('gzip');
    expect(list.body.data).toHaveLength(3);
    expect(missing.headers['content-encoding']).toBeUndefined();
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  it('escapes slashes inside JSON', async () => {
    const { text } = await rig.get(`${P}/services/1s7`);

    expect(text).toContain('"docker:acme\\/web:1.0.0"');
  });

  it.each([`${P}//services`, `${P}/services/`, `${P}//services//`])('reads %s as the list', async (path) => {
    const { body } = await rig.get(path);
    const plain = await rig.get(`${P}/services`);

    expect(body).toEqual(plain.body);
  });

  it('loses the environment behind a double slash: a list with 200, an unknown action', async () => {
    const list = await rig.get('/v2-beta//projects/1a5/services/1s9');
    const action = await rig.post('/v2-beta//projects/1a5/services/1s9/?action=upgrade', {});

    expect([list.status, list.body.type]).toEqual([200, 'collection']);
    expect([action.status, action.body.code]).toEqual([422, 'InvalidAction']);
  });

  it.each(['HEAD', 'PATCH'])('does not allow %s', async (method) => {
    const { status } = await rig.send(method, `${P}/services/1s7`);

    expect(status).toBe(405);
  });

  it('wants an action for a POST on a resource, and takes the action after no slash', async () => {
    const bare = await rig.post(`${P}/services/1s7`, {});
    const action = await rig.post(`${P}/services/1s7?action=finishupgrade`, {});

    expect([bare.status, bare.body.code]).toEqual([405, 'Method not allowed']);
    expect([action.status, action.body.code]).toEqual([422, 'ActionNotAvailable']);
  });

  it('gives a browser a page, and wants its CSRF token back', async () => {
    const headers = { 'User-Agent': 'Mozilla/5.0', Accept: '*/*' };

    const page = await rig.get(`${P}/services`, { headers });
    const json = await rig.get(`${P}/services?_format=json`, { headers });
    const forged = await rig.post(
      `${P}/services/1s7/?action=upgrade`,
      {},
      {
        headers: { ...headers, Cookie: 'CSRF=ABC' },
      },
    );

    expect(page.headers['content-type']).toBe('text/html; charset=UTF-8');
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect([forged.status, forged.body.code]).toEqual([403, 'InvalidCSRFToken']);
  });
});
