import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cattleClient,
  cattleSettings,
  CattleStub,
  error,
  ImpatientClock,
  json,
  page,
} from '../../../../test/fakes/cattle-stub.js';
import { HandClock } from '../../../../test/fakes/hand-clock.js';
import { answering, cutOff, hanging, hangingUp, type Reply } from '../../../../test/fakes/receiver.js';
import { CattleClient } from './cattle.client.js';
import type { Json } from './cattle.wire.js';

const MIB = 1024 * 1024;
const THING = { type: 'thing', id: '1' };

function rows(from: number, to: number): readonly object[] {
  return Array.from({ length: to - from }, (_, index) => ({ id: `1s${from + index}` }));
}

async function pagesOf(
  client: CattleClient,
  keep: (row: Json) => unknown = ({ id }) => id,
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const some of client.pages('/things', {}, keep)) all.push(some);
  return all;
}

describe(CattleClient, () => {
  let stub: CattleStub;
  let clock: ImpatientClock;
  let url: string;
  let client: CattleClient;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new ImpatientClock();
    url = await stub.start();
    client = cattleClient(cattleSettings(url), clock);
  });

  afterEach(() => stub.stop());

  describe('get', () => {
    it.each<[string, Reply]>([
      ['the server fails', error(500)],
      ['the proxy fails', answering(502, '<html>')],
      ['the resource is busy', error(409)],
      ['there is a limit', answering(429)],
      ['the connection is cut', hangingUp()],
    ])('asks again, a little later each time, where %s', async (_, reply) => {
      stub.replies = [reply, reply, json(THING)];

      expect(await client.get('/thing')).toEqual(THING);
      expect(clock.slept).toEqual([500, 1500]);
    });

    it.each<[string, Reply]>([
      ['the key is refused', error(401)],
      ['it is forbidden', error(403)],
      ['there is no such thing', error(404)],
      ['the address is wrong', answering(200, '<html>')],
      ['it is redirected', answering(302, '', { location: 'http://elsewhere.example/' })],
    ])('asks only once where %s', async (_, reply) => {
      stub.replies = [reply];

      await expect(client.get('/thing')).rejects.toMatchObject({ code: expect.stringMatching(/^rancher\./) });
      expect(stub.asked).toHaveLength(1);
    });

    it('gives up after three tries', async () => {
      stub.replies = [error(500)];

      await expect(client.get('/thing')).rejects.toMatchObject({ code: 'rancher.unreachable' });
      expect(stub.asked).toHaveLength(3);
    });

    it('tries no more often than it is told', async () => {
      stub.replies = [error(500)];

      await expect(client.get('/thing', { tries: 1 })).rejects.toMatchObject({ code: 'rancher.unreachable' });
      expect(stub.asked).toHaveLength(1);
    });

    it('waits as long as the server wants', async () => {
      stub.replies = [error(503, {}, { 'retry-after': '7' }), json(THING)];

      await client.get('/thing');

      expect(clock.slept).toEqual([7000]);
    });

    it('leaves it to others to wait long, and asks that environment for nothing meanwhile', async () => {
      stub.replies = [error(503, {}, { 'retry-after': '60' }), json(THING)];

      await expect(client.get('/projects/1a5/thing')).rejects.toMatchObject({
        details: { retryAfterMs: 60_000 },
      });
      const held = { code: 'rancher.unreachable', message: expect.stringMatching(/^nothing was asked.*503/) };
      await expect(client.get('/projects/1a5/other')).rejects.toMatchObject(held);
      await expect(client.act('/projects/1a5/thing', 'upgrade', {})).rejects.toMatchObject(held);
      const askedEarly = stub.asked.length;
      await clock.sleep(60_000);

      expect(await client.get('/projects/1a5/thing')).toEqual(THING);
      expect(askedEarly).toBe(1);
    });

    it('goes on asking about other environments', async () => {
      stub.replies = [error(503, {}, { 'retry-after': '60' }), json(THING)];

      await client.get('/projects/1a5/thing').catch(() => null);

      expect(await client.get('/projects/1a50/thing')).toEqual(THING);
      expect(await client.act('/projects/1a6/thing', 'upgrade', {})).toEqual(THING);
      expect(await client.get('/projects')).toEqual(THING);
    });

    it.each<[string, string, Reply]>([
      ['the list of environments was answered so', '/projects', error(503, {}, { 'retry-after': '60' })],
      ['anything was answered by 429', '/projects/1a5/thing', answering(429, '', { 'retry-after': '60' })],
    ])('asks for nothing at all after %s', async (_, path, reply) => {
      stub.replies = [reply, json(THING)];
      await client.get(path).catch(() => null);

      for (const other of ['/projects', '/projects/1a5/thing', '/projects/1a6/thing']) {
        await expect(client.get(other)).rejects.toMatchObject({
          message: expect.stringMatching(/^nothing was asked/),
        });
      }
      expect(stub.asked).toHaveLength(1);
    });

    it('leaves the server alone for ten minutes at most', async () => {
      stub.replies = [answering(429, '', { 'retry-after': '86400' }), json(THING)];

      await expect(client.get('/thing')).rejects.toMatchObject({ code: 'rancher.unreachable' });
      await clock.sleep(600_000);

      expect(await client.get('/thing')).toEqual(THING);
    });

    it('stops trying when it is told to', async () => {
      const abort = new AbortController();
      stub.replies = [
        (response) => {
          abort.abort();
          error(500)(response);
        },
      ];

      await expect(client.get('/thing', { signal: abort.signal })).rejects.toMatchObject({
        code: 'rancher.unreachable',
      });
      expect(stub.asked).toHaveLength(1);
    });
  });

  it.each<[string, (client: CattleClient) => Promise<unknown>, string]>([
    ['a GET', (asking) => asking.get('/thing'), 'rancher.error'],
    ['an action', (asking) => asking.act('/thing', 'upgrade', {}), 'rancher.uncertain'],
  ])('reads 4 MiB in reply to %s, and no more', async (_, ask, code) => {
    stub.replies = [
      json({ type: 'thing', is: 'x'.repeat(4 * MIB - 100) }),
      json({ is: 'x'.repeat(4 * MIB) }),
    ];

    await expect(ask(client)).resolves.toMatchObject({ type: 'thing' });
    await expect(ask(client)).rejects.toMatchObject({ code, message: expect.stringContaining('than 4 MiB') });
  });

  describe('list', () => {
    it('reads every page, each row once, and follows no address of the server', async () => {
      stub.replies = [page(rows(0, 1000), 1000), page(rows(980, 1980), 1980), page(rows(1960, 2500))];

      const all = await client.list('/things', { query: { all: 'true' } });

      expect(all.map(({ id }) => id)).toEqual(rows(0, 2500).map((row) => ('id' in row ? row.id : null)));
      expect(stub.asked.map((asked) => asked.url)).toEqual([
        '/v2-beta/things?all=true&limit=1000',
        '/v2-beta/things?all=true&limit=1000&marker=m980',
        '/v2-beta/things?all=true&limit=1000&marker=m1960',
      ]);
    });

    it('misses no row when others go between two pages', async () => {
      const gone = 15;
      stub.replies = [page(rows(0, 1000), 1000), page(rows(980 + gone, 1200))];

      const all = await client.list('/things');

      expect(all).toHaveLength(1200);
    });

    it('keeps what it read last of a row that came twice', async () => {
      stub.replies = [
        page([{ id: '1s1', state: 'active' }], 1000),
        page([{ id: '1s1', state: 'upgrading' }, { id: '1s2' }]),
      ];

      const [first] = await client.list('/things');

      expect(first).toMatchObject({ state: 'upgrading' });
    });

    it('reads a list that is not paged', async () => {
      stub.replies = [json({ type: 'collection', data: rows(0, 2), pagination: null })];

      expect(await client.list('/projects')).toHaveLength(2);
    });

    it('reads pages that are longer than any resource may be, up to 32 MiB', async () => {
      const long = rows(0, 33).map((row) => ({ ...row, is: 'x'.repeat(MIB - 50) }));
      stub.replies = [page(long.slice(1)), page(long)];

      expect(await client.list('/things')).toHaveLength(32);
      await expect(client.list('/things')).rejects.toMatchObject({
        code: 'rancher.error',
        message: 'Rancher sends more than 32 MiB',
      });
      expect(stub.asked).toHaveLength(2);
    });

    it('asks again for one page without beginning anew', async () => {
      stub.replies = [page(rows(0, 1000), 1000), error(503), page(rows(980, 1001))];

      expect(await client.list('/things')).toHaveLength(1001);
      expect(stub.asked).toHaveLength(3);
    });

    it('reads 200,000 rows and no more', async () => {
      const pages = Array.from({ length: 11 }, (_, index) => rows(index * 20_000, (index + 1) * 20_000));
      stub.replies = pages.map((some, index) => page(some, (index + 1) * 20_000));

      await expect(client.list('/things')).rejects.toMatchObject({
        code: 'rancher.error',
        message: 'Rancher answers with a list that does not end',
      });
      expect(stub.asked).toHaveLength(11);
    });

    it.each<[string, Reply]>([
      ['no list', json(THING)],
      ['a list of something else', json({ type: 'collection', data: ['a'] })],
      ['a list of lists', json({ type: 'collection', data: [[]] })],
      ['a row of more than 4 MiB', page([{ id: '1s1', is: 'x'.repeat(5 * MIB) }])],
      [
        'rows that are named in another way',
        answering(200, '{"type":"collection","\\u0064ata":[{"id":"1s1"}]}'),
      ],
      ['a row that is no JSON', answering(200, '{"type":"collection","data":[{"id":}]}')],
      [
        'a next page that cannot be told',
        json({ type: 'collection', data: [], pagination: { next: 'http://h/' } }),
      ],
      ['a list that never ends', page(rows(0, 1000), 1000)],
    ])('is an error when Rancher answers with %s', async (_, reply) => {
      stub.replies = [reply];

      await expect(client.list('/things')).rejects.toMatchObject({ code: 'rancher.error' });
    });

    it('gives a page a minute, and one that does not come in a minute no second one', async () => {
      const handClock = new HandClock();
      stub.replies = [hanging()];
      const listing = cattleClient(cattleSettings(url), handClock).list('/things');
      const failure = listing.catch((thrown: unknown) => thrown);
      await stub.until(1);

      await handClock.advance(60_000);

      expect(await failure).toMatchObject({ message: expect.stringContaining('within 60 s') });
      expect(stub.asked).toHaveLength(1);
    });
  });

  describe('pages', () => {
    it('come as they are read, of the size that is asked for, and no sooner than they are wanted', async () => {
      stub.replies = [page([{ id: '1s1' }], 2), page([{ id: '1s2' }])];
      const pages = client.pages('/things', { size: 2, query: { state: 'active' } }, ({ id }) => id);

      const first = await pages.next();
      const asked = stub.asked.length;
      const rest = [await pages.next(), await pages.next()];

      expect(first.value).toEqual(['1s1']);
      expect(asked).toBe(1);
      expect(rest).toMatchObject([{ value: ['1s2'] }, { done: true }]);
      expect(stub.asked.map((one) => one.url)).toEqual([
        '/v2-beta/things?state=active&limit=2',
        '/v2-beta/things?state=active&limit=2&marker=m1',
      ]);
    });

    it('overlap: a row that stands in two of them comes twice, as it was each time', async () => {
      stub.replies = [
        page([{ id: '1s1', state: 'a' }], 500),
        page([{ id: '1s1', state: 'b' }, { id: '1s2' }]),
      ];

      expect(await pagesOf(client, (row) => row)).toEqual([
        [{ id: '1s1', state: 'a' }],
        [{ id: '1s1', state: 'b' }, { id: '1s2' }],
      ]);
    });

    it('have nothing in them of which nothing is kept', async () => {
      stub.replies = [page([{ id: '1s1' }, { id: '1s2' }])];

      expect(await pagesOf(client, ({ id }) => (id === '1s1' ? null : id))).toEqual([['1s2']]);
    });

    const GONE = JSON.stringify({ type: 'collection', data: [{ id: '1s1' }, { id: '1s2' }] });

    it.each<[string, Reply]>([
      ['was cut off', cutOff(GONE, GONE.indexOf('1s2'))],
      ['was refused', answering(503, GONE)],
    ])('have nothing in them of a reply that %s', async (_, reply) => {
      stub.replies = [reply, page([{ id: '1s3' }])];

      expect(await pagesOf(client)).toEqual([['1s3']]);
    });

    it.each([
      new TypeError('no such thing'),
      new SyntaxError('no such word'),
      Object.assign(new Error('no such file'), { code: 'ENOENT' }),
    ])('take a bug in keeping a row for no failure of Rancher: %s', async (bug) => {
      stub.replies = [page([{ id: '1s1' }, { id: '1s2' }])];
      const reading = pagesOf(client, () => {
        throw bug;
      });

      await expect(reading).rejects.toBe(bug);
      expect(stub.asked).toHaveLength(1);
    });
  });

  describe('act', () => {
    it('posts the body to the action', async () => {
      stub.replies = [json(THING, {}, 202)];

      expect(await client.act('/thing', 'upgrade', { a: 1 })).toEqual(THING);
      expect(stub.asked[0]).toMatchObject({
        method: 'POST',
        url: '/v2-beta/thing/?action=upgrade',
        body: '{"a":1}',
      });
    });

    it.each<[string, Reply, string]>([
      ['fails', error(500), 'rancher.uncertain'],
      ['is in conflict', error(409), 'rancher.uncertain'],
      ['is cut off', hangingUp(), 'rancher.uncertain'],
      ['is limited', answering(429), 'rancher.unreachable'],
      ['is refused', error(422), 'rancher.refused'],
      ['is redirected', answering(307, '', { location: 'http://elsewhere.example/' }), 'rancher.error'],
    ])('asks once only, even where it %s', async (_, reply, code) => {
      stub.replies = [reply];

      await expect(client.act('/thing', 'upgrade', {})).rejects.toMatchObject({ code });
      expect(stub.asked).toHaveLength(1);
    });
  });
});
