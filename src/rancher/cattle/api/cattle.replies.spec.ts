import { describe, expect, it } from '@jest/globals';
import { UpdaterError } from '../../../common/errors.js';
import { readAction, readGet, type Reply, unansweredAction, unansweredGet } from './cattle.replies.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const HTML = '<!doctype html><title>Rancher</title>';

function reply(status: number, body: string | object, headers: Record<string, string> = {}): Reply {
  return { answered: true, status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function error(status: number, fields: object = {}, headers = {}): Reply {
  return reply(status, { type: 'error', status, code: 'Code', message: null, ...fields }, headers);
}

function failureOf(act: () => unknown): UpdaterError {
  try {
    act();
  } catch (caught) {
    if (caught instanceof UpdaterError) return caught;
    throw caught;
  }
  throw new Error('nothing was thrown');
}

describe(readGet, () => {
  it('gives the resource', () => {
    expect(readGet(reply(200, { type: 'service', id: '1s7' }), NOW)).toEqual({ type: 'service', id: '1s7' });
  });

  it.each([
    ['a wrong key', error(401), 'rancher.unauthorized', /refuses the key/],
    ['a wrong key at a proxy', reply(401, HTML), 'rancher.unauthorized', /refuses the key/],
    ['a foreign environment', error(403), 'rancher.forbidden', /forbids/],
    ['an unknown resource', error(404, { message: 'Not Found' }), 'rancher.not_found', /404 \(Not Found\)/],
    ['a page that a proxy does not find', reply(404, HTML), 'rancher.error', /404 with a web page/],
    ['a text that a proxy answers', reply(404, '404 page not found'), 'rancher.error', /with something/],
    ['a page in place of the API', reply(200, HTML), 'rancher.error', /200 with a web page.*is it right/],
    ['another API', reply(200, { items: [] }), 'rancher.error', /is it right/],
    ['a JSON text', reply(200, '"pong"'), 'rancher.error', /is it right/],
    ['an empty reply', reply(200, ''), 'rancher.error', /is it right/],
    ['a bad request', error(400, { code: 'InvalidBodyContent' }), 'rancher.error', /InvalidBodyContent/],
    ['a bad method', error(405), 'rancher.error', /405/],
    ['a busy resource', error(409), 'rancher.unreachable', /409/],
    ['a slow request', reply(408, ''), 'rancher.unreachable', /408/],
    ['a limit', reply(429, '<html>'), 'rancher.unreachable', /a proxy before it answers 429/],
    ['a broken server', error(500), 'rancher.unreachable', /500/],
    ['a broken proxy', reply(502, HTML), 'rancher.unreachable', /Rancher or a proxy before it answers 502/],
    ['a full server', reply(503, ''), 'rancher.unreachable', /503/],
  ])('says what %s means', (_, answer, code, message) => {
    const failure = failureOf(() => readGet(answer, NOW));

    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['https://rancher.example/v2-beta/projects?token=hush', 'https://rancher.example/v2-beta/projects'],
    ['https://me:hush@rancher.example/v1', 'https://rancher.example/v1'],
    ['/login?hush', 'another path'],
    ['', 'another path'],
    [null, 'another path'],
  ])('tells which address a redirect to "%s" means', (location, target) => {
    const headers = location === null ? {} : { location };
    const { code, message } = failureOf(() => readGet(reply(302, HTML, headers), NOW));

    expect(code).toBe('rancher.error');
    expect(message).toBe(`CATTLE_URL is redirected to ${target}: set it to the final address`);
  });

  it.each([
    ['7', 7000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['99999999', 3_600_000],
    ['soon', undefined],
    ['', undefined],
  ])('reads "Retry-After: %s"', (text, retryAfterMs) => {
    const { details } = failureOf(() => readGet(reply(503, '', { 'retry-after': text }), NOW));

    expect(details.retryAfterMs).toBe(retryAfterMs);
  });
});

describe(readAction, () => {
  it('gives the resource', () => {
    expect(readAction(reply(202, { type: 'service', id: '1s7' }), NOW)).toEqual({
      type: 'service',
      id: '1s7',
    });
  });

  it.each([
    [
      'an action that the state does not offer',
      error(422, { code: 'ActionNotAvailable', fieldName: 'action' }),
      'rancher.conflict',
    ],
    [
      'an action that the key may not use',
      error(422, { code: 'InvalidAction', fieldName: 'action' }),
      'rancher.refused',
    ],
    [
      'a body that Cattle cannot take',
      error(422, { code: 'NotNullable', fieldName: 'x' }),
      'rancher.refused',
    ],
    ['a bad body', error(400), 'rancher.refused'],
    ['a bad method', error(405), 'rancher.refused'],
    ['a page of a proxy', reply(400, HTML), 'rancher.error'],
    ['a wrong key', error(401), 'rancher.unauthorized'],
    ['a foreign environment', error(403), 'rancher.forbidden'],
    ['an unknown service', error(404), 'rancher.not_found'],
    ['a path that a proxy does not know', reply(404, HTML), 'rancher.error'],
    ['a redirect', reply(301, '', { location: 'https://h/v2-beta' }), 'rancher.error'],
    ['a limit', reply(429, ''), 'rancher.unreachable'],
    ['a request that came too slowly', reply(408, ''), 'rancher.unreachable'],
    ['a conflict, after which the image may be stored', error(409), 'rancher.uncertain'],
    ['a broken server', error(500), 'rancher.uncertain'],
    ['a broken proxy', reply(502, HTML), 'rancher.uncertain'],
    ['a full server', reply(503, ''), 'rancher.uncertain'],
    ['a proxy that gave up waiting', reply(504, HTML), 'rancher.uncertain'],
    ['a page in place of an answer', reply(200, HTML), 'rancher.uncertain'],
  ])('says what %s means', (_, answer, code) => {
    expect(failureOf(() => readAction(answer, NOW)).code).toBe(code);
  });

  it('passes on when to ask again', () => {
    const answer = reply(429, '', { 'retry-after': '5' });

    expect(failureOf(() => readAction(answer, NOW)).details).toEqual({ retryAfterMs: 5000 });
  });

  it.each([
    [
      { message: 'the registry is not whitelisted', code: 'InvalidOption' },
      'the registry is not whitelisted',
    ],
    [{ message: null, detail: 'port 80 is taken', code: 'X' }, 'port 80 is taken'],
    [
      { code: 'MissingRequired', fieldName: 'Upgrade strategy needs to be set' },
      'MissingRequired: Upgrade strategy needs to be set',
    ],
    [{ code: 'Conflict' }, 'Conflict'],
    [{ code: null }, 'no reason given'],
    [{ message: 'x'.repeat(9999) }, 'x'.repeat(500)],
  ])('shows people what Cattle says, wherever it says it: %j', (fields, text) => {
    expect(failureOf(() => readAction(error(422, fields), NOW)).message).toBe(`Rancher refuses: ${text}`);
  });
});

describe('silence', () => {
  const silence = { answered: false, reason: 'connection reset', sent: true, unreadable: false } as const;

  it('leaves open whether an action was done', () => {
    expect(unansweredAction(silence)).toMatchObject({
      code: 'rancher.uncertain',
      message: expect.stringContaining('connection reset'),
    });
  });

  it('means that an action was not done if it was never sent', () => {
    expect(unansweredAction({ ...silence, sent: false }).code).toBe('rancher.unreachable');
  });

  it('means to a GET that Rancher cannot be reached', () => {
    expect(unansweredGet(silence)).toMatchObject({
      code: 'rancher.unreachable',
      message: 'Rancher cannot be reached: connection reset',
    });
  });

  it('is no reason to ask again for what is too long', () => {
    expect(unansweredGet({ ...silence, unreadable: true }).code).toBe('rancher.error');
  });
});
