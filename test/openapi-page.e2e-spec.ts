import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folded } from '../src/openapi/page/html.js';
import { ask } from './fakes/ask.js';
import { DOCUMENT } from './harness/documented.js';
import { World } from './harness/world.js';

const GATEWAY = '127.0.0.2';
const PREFIX = { 'x-forwarded-prefix': '/updater' };

const operations = Object.values(DOCUMENT.paths).flatMap((all) => Object.values(all));

const { NotFound, MethodNotAllowed } = DOCUMENT.components.responses;
const anywhere = { 404: NotFound, 405: MethodNotAllowed };

/** All that is answered, by the id of where the page says it. */
const answered = [
  ...operations.map(({ operationId, responses }) => [operationId, responses] as const),
  ['header-X-Request-Id', anywhere] as const,
];

/** As the page shows it, with the message that callers get. */
function refusalExample(status: string, code: string): string {
  const { value } = DOCUMENT.components.examples[code] as { readonly value: unknown };
  return folded(`example of ${status}, ${code}`, value);
}

/** Those that stand in the row of a status. */
function headersShown(section: string, status: string): readonly (string | undefined)[] {
  const row = section.split(`<tr><td>${status}</td>`)[1]?.split('</tr>')[0] ?? '';
  const [, , cell = ''] = row.split('<td>');
  return [...cell.matchAll(/<code>([A-Z][\w-]+)<\/code>/g)].map(([, name]) => name);
}

describe('the page at /docs', () => {
  let world: World;
  let page: string;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_TRUSTED_PROXIES: GATEWAY } });
    page = (await world.get<string>('/docs')).body;
  });

  afterAll(() => world.close());

  function sectionOf(id: string): string {
    return page.split(` id="${id}"`)[1]?.split(/<section|<h2/)[0] ?? '';
  }

  it('needs nothing from elsewhere, and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|@import|url\(|\son\w+=|\ssrc=|\sstyle=/);
    expect([...page.matchAll(/href="([^"#][^"]*)"/g)].map(([, to]) => to)).toEqual(['openapi.json']);
  });

  it('may do nothing else in a browser but have its style', async () => {
    const { headers } = await world.get('/docs');
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');

    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('leaves all other answers without any right', async () => {
    const { headers } = await world.get('/openapi.json');

    expect(headers.get('content-security-policy')).not.toContain('style-src');
  });

  it('tells of every route, schema and shared header, at an address of its own', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const wanted = [
      ...operations.map(({ operationId }) => operationId),
      ...Object.values(DOCUMENT.webhooks).map(({ post }) => post.operationId),
      ...Object.keys(DOCUMENT.components.schemas).map((name) => `schema-${name}`),
      ...Object.keys(DOCUMENT.components.headers).map((name) => `header-${name}`),
    ];

    expect(new Set(ids)).toEqual(new Set(wanted));
    expect(ids).toHaveLength(wanted.length);
  });

  it.each(answered)('shows the headers of every answer: %s', (id, responses) => {
    const shown = sectionOf(id);
    const named = Object.keys(responses).map((status) => [status, headersShown(shown, status)]);
    const wanted = Object.entries(responses).map(([status, { headers = {} }]) => [
      status,
      Object.keys(headers),
    ]);

    expect(named).toEqual(wanted);
  });

  it.each(answered)('shows an example of every answer and of every code: %s', (id, responses) => {
    const shown = sectionOf(id);
    const wanted = Object.entries(responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content).flatMap(([type, { example, examples = {} }]) => [
        ...(example === undefined ? [] : [folded(`example of ${status}, ${type}`, example)]),
        ...Object.keys(examples).map((code) => refusalExample(status, code)),
      ]),
    );

    expect(wanted.length).toBeGreaterThan(1);
    expect(wanted.filter((example) => !shown.includes(example))).toEqual([]);
  });

  it('says where an answer leads, and what the service sends itself', () => {
    expect(sectionOf('upgrade')).toContain('202 leads to <a href="#findUpgrade">findUpgrade</a>');
    expect(sectionOf('notice')).toContain('<code>X-Updater-Signature</code>');
    expect(sectionOf('notice')).toContain('<a href="#schema-Notice">Notice</a>');
  });

  it('says when headers come', () => {
    expect(page).toContain('<code>Retry-After</code> (optional): How many seconds to wait at least<');
    expect(page).toContain('<code>Allow</code>: The methods that the path has</td>');
    expect(page).toContain('<p id="header-X-Request-Id"><code>X-Request-Id</code> (optional): The request');
  });

  it('has no link to itself that leads nowhere', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, to]) => to);

    expect(links.length).toBeGreaterThan(ids.size);
    expect(links.filter((to) => !ids.has(to))).toEqual([]);
  });

  it('leads to the document also where it is asked for as a folder', async () => {
    expect((await world.get<string>('/docs/?x')).body).toContain('href="../openapi.json"');
  });

  describe('behind a gateway that publishes the service under a path', () => {
    it('has the addresses that callers use', async () => {
      const { text } = await ask(`${world.url}/docs`, { headers: PREFIX, from: GATEWAY });
      const { json } = await ask(`${world.url}/openapi.json`, { headers: PREFIX, from: GATEWAY });

      expect(text).toContain('<code>/updater/upgrades/{id}</code>');
      expect(text).toContain('href="openapi.json"');
      expect(json).toMatchObject({ servers: [{ url: '/updater' }] });
    });

    it('believes that of the gateway alone', async () => {
      const { text } = await ask(`${world.url}/docs`, { headers: PREFIX });
      const { json } = await ask(`${world.url}/openapi.json`, { headers: PREFIX });

      expect(text).not.toContain('/updater/');
      expect(json).toMatchObject({ servers: [{ url: '/' }] });
    });
  });
});
