import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';
import { DOCUMENT } from './harness/documented.js';
import { World } from './harness/world.js';

const GATEWAY = '127.0.0.2';
const PREFIX = { 'x-forwarded-prefix': '/updater' };

describe('the page at /docs', () => {
  let world: World;
  let page: string;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_TRUSTED_PROXIES: GATEWAY } });
    page = (await world.get<string>('/docs')).body;
  });

  afterAll(() => world.close());

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

  it('tells of every route and every schema, at an address of its own', () => {
    const operations = Object.values(DOCUMENT.paths).flatMap((all) => Object.values(all));
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const wanted = [
      ...operations.map(({ operationId }) => operationId),
      ...Object.keys(DOCUMENT.components.schemas).map((name) => `schema-${name}`),
    ];

    expect(new Set(ids)).toEqual(new Set(wanted));
    expect(ids).toHaveLength(wanted.length);
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
