import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import {
  ACCESS_KEY,
  cattleSettings,
  CattleStub,
  cattleTransport,
  json,
  SECRET_KEY,
} from '../../../../test/fakes/cattle-stub.js';
import { ConnectProxy } from '../../../../test/fakes/connect-proxy.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import {
  answering,
  cutOff,
  hanging,
  hangingUp,
  type Reply,
  trickling,
} from '../../../../test/fakes/receiver.js';
import type { RancherCall } from '../../rancher.backend.js';
import { type CattleRequest, CattleTransport } from './cattle.transport.js';

const MIB = 1024 * 1024;
const GET = { method: 'GET', path: '/projects', ms: 10_000, maxBytes: MIB } as const;
const POST = {
  method: 'POST',
  path: '/projects/1a5/services/1s7/?action=upgrade',
  body: { a: 1 },
  maxBytes: MIB,
  ms: 10_000,
} as const;

describe(CattleTransport, () => {
  let stub: CattleStub;
  let clock: HandClock;
  let url: string;
  let transport: CattleTransport;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new HandClock();
    url = await stub.start();
    transport = cattleTransport(cattleSettings(url), clock);
  });

  afterEach(async () => {
    transport.onApplicationShutdown();
    await stub.stop();
  });

  it('sends the key and the headers that Cattle wants', async () => {
    await transport.send(GET);

    expect(stub.asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from(`${ACCESS_KEY}:${SECRET_KEY}`).toString('base64')}`,
      'x-enforce-authentication': 'true',
      'x-api-no-challenge': 'true',
      accept: 'application/json',
    });
    expect(stub.asked[0]?.headers['user-agent']).not.toMatch(/mozilla/i);
  });

  it('wants lists compressed, and one resource as it is', async () => {
    await transport.send({ ...GET, take: () => undefined });
    await transport.send(GET);

    expect(stub.asked.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'identity']);
  });

  it.each([
    ['', '/v2-beta/projects'],
    ['/v1/projects/1a5/', '/v2-beta/projects'],
    ['//pre//fix/v2-beta/', '/pre/fix/v2-beta/projects'],
  ])('builds addresses on a base of its own: CATTLE_URL ends in "%s"', async (end, path) => {
    await cattleTransport(cattleSettings(`${url}${end}`), clock).send(GET);

    expect(stub.asked[0]?.url).toBe(path);
  });

  it('sends a query', async () => {
    await transport.send({ ...GET, query: { limit: '1000', marker: 'm980' } });

    expect(stub.asked[0]?.url).toBe('/v2-beta/projects?limit=1000&marker=m980');
  });

  it('posts JSON', async () => {
    await transport.send(POST);

    expect(stub.asked[0]).toMatchObject({
      method: 'POST',
      url: '/v2-beta/projects/1a5/services/1s7/?action=upgrade',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });

  it('gives the reply as it is, whatever its status', async () => {
    stub.replies = [answering(422, '{"type":"error"}', { 'X-Api-Account-Kind': 'project' })];

    expect(await transport.send(GET)).toMatchObject({
      answered: true,
      status: 422,
      headers: { 'x-api-account-kind': 'project' },
      body: '{"type":"error"}',
    });
  });

  it('keeps the key out of what refuses it, and leaves everything else as it is', async () => {
    const body = `no access with ${SECRET_KEY}`;
    stub.replies = [answering(500, body), answering(200, body)];

    expect(await transport.send(GET)).toMatchObject({ body: 'no access with ***' });
    expect(await transport.send(GET)).toMatchObject({ body });
  });

  it('reads a reply that was packed', async () => {
    stub.replies = [
      (response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"type":"thing"}')),
    ];

    expect(await transport.send(GET)).toMatchObject({ answered: true, body: '{"type":"thing"}' });
  });

  it('masks the key where a redirect repeats it', async () => {
    stub.replies = [answering(302, SECRET_KEY, { location: `https://sso.example/login/${SECRET_KEY}` })];

    const reply = await transport.send(GET);

    expect(JSON.stringify(reply)).not.toContain(SECRET_KEY);
  });

  it.each([GET, POST])('follows no redirect of a $method', async (request) => {
    stub.replies = [answering(302, '', { location: `${url}/elsewhere` })];

    expect(await transport.send(request)).toMatchObject({ answered: true, status: 302 });
    expect(stub.asked).toHaveLength(1);
  });

  it.each(['http', 'https'])('asks no proxy by %s, whatever the environment says', async (scheme) => {
    const proxy = await ConnectProxy.start(Number(new URL(url).port));
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'];
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    const elsewhere = cattleTransport(cattleSettings(`${scheme}://rancher.invalid`), clock);

    const replies = await Promise.all([elsewhere.send(GET), elsewhere.send(POST)]);

    for (const name of names) delete process.env[name];
    await proxy.stop();
    expect(replies).toMatchObject([{ answered: false }, { answered: false }]);
    expect(proxy.passed).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['that never comes', hanging()],
    ['that never ends', trickling()],
  ])('waits no longer than it may for a reply %s', async (_, reply) => {
    stub.replies = [reply];
    const sending = transport.send(POST);
    await stub.until(1);

    await clock.advance(9_999);
    await clock.advance(1);

    expect(await sending).toEqual({
      answered: false,
      reason: 'no whole reply within 10 s',
      sent: true,
      unreadable: false,
    });
  });

  it('gives up when it is told to', async () => {
    stub.replies = [hanging()];
    const abort = new AbortController();
    const sending = transport.send({ ...GET, signal: abort.signal });
    await stub.until(1);

    abort.abort();

    expect(await sending).toMatchObject({ answered: false, reason: 'given up' });
  });

  describe('a list', () => {
    const LIST = '{"type":"collection","data":[{"id":"1"},{"id":"2"}],"pagination":null}';
    let taken: unknown[];
    let get: CattleRequest;

    beforeEach(() => {
      taken = [];
      get = { ...GET, take: ({ id }) => taken.push(id) };
    });

    it('gives its rows as they come, packed or not, and itself without them', async () => {
      const packed: Reply = (response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(LIST));
      stub.replies = [packed, answering(200, LIST)];

      const replies = [await transport.send(get), await transport.send(get)];

      const body = '{"type":"collection","data":[{}],"pagination":null}';
      expect(replies).toMatchObject([{ body }, { body }]);
      expect(taken).toEqual(['1', '2', '1', '2']);
    });

    it('is waited for no longer than it may take as a whole, and is given up then', async () => {
      const closed = new Promise((resolve) => {
        stub.replies = [
          (response) => {
            response.on('close', resolve);
            response.write(LIST.slice(0, -10));
          },
        ];
      });
      const sending = transport.send(get);
      while (taken.length === 0) await idle();

      await clock.advance(9_999);
      const isSettled = await Promise.race([sending.then(() => true), idle().then(() => false)]);
      await clock.advance(1);

      expect(isSettled).toBe(false);
      expect(await sending).toMatchObject({ reason: 'no whole reply within 10 s' });
      await closed;
    });

    it('is given up, before it comes and in the middle, when that is wanted', async () => {
      const abort = new AbortController();
      stub.replies = [(response) => void response.write(LIST.slice(0, -10))];
      const sending = transport.send({ ...get, signal: abort.signal });
      while (taken.length === 0) await idle();

      abort.abort();

      expect(await sending).toMatchObject({ answered: false, reason: 'given up' });
      expect(await transport.send({ ...get, signal: abort.signal })).toMatchObject({ reason: 'given up' });
      expect(stub.asked).toHaveLength(1);
    });

    it.each<[string, Reply, string]>([
      ['is cut off', cutOff(LIST, 40), 'connection reset'],
      [
        'is packed in another way than it says',
        (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(LIST),
        'a reply that cannot be unpacked',
      ],
    ])('fails where it %s', async (_, reply, reason) => {
      stub.replies = [reply];

      expect(await transport.send(get)).toMatchObject({ answered: false, reason });
    });

    it.each<[string, string, string]>([
      ['has its rows twice', LIST.replace('null', 'null,"data":[]'), 'answers with no list where one is due'],
      [
        'has more rows than any Rancher',
        `{"data":[${'{},'.repeat(200_000)}{}]}`,
        'answers with a list that does not end',
      ],
      [
        'is more than 256 KiB without its rows',
        JSON.stringify({ ...JSON.parse(LIST), filters: 'x'.repeat(MIB / 4) }),
        'sends more than 0.25 MiB in one piece',
      ],
    ])('is read no further where it %s', async (_, body, reason) => {
      stub.replies = [answering(200, body)];

      expect(await transport.send(get)).toMatchObject({
        answered: false,
        reason: `Rancher ${reason}`,
        unreadable: true,
      });
    });

    it('that is refused with a long page of a proxy is refused all the same', async () => {
      stub.replies = [answering(503, 'x'.repeat(MIB / 2))];

      expect(await transport.send(get)).toMatchObject({ answered: true, status: 503, body: '' });
    });

    it('keeps its connection for the next one', async () => {
      const ports: unknown[] = [];
      stub.replies = [
        (response) => {
          ports.push(response.socket?.remotePort);
          response.end(LIST);
        },
      ];

      await transport.send(get);
      await idle();
      await transport.send(get);

      expect(ports[1]).toBe(ports[0]);
    });
  });

  it('says that a request may have arrived whose connection was cut', async () => {
    stub.replies = [hangingUp()];

    expect(await transport.send(POST)).toMatchObject({
      answered: false,
      reason: 'connection reset',
      sent: true,
    });
  });

  it('says so too when the connection is cut in the middle of the reply', async () => {
    stub.replies = [
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"type":');
        setImmediate(() => response.destroy());
      },
    ];

    expect(await transport.send(POST)).toMatchObject({ answered: false, sent: true, unreadable: false });
  });

  it('knows that a request was not sent for want of a connection', async () => {
    await stub.stop();

    expect(await transport.send(POST)).toMatchObject({
      answered: false,
      reason: 'connection refused',
      sent: false,
    });
  });

  it('knows that a request was not sent for want of a host', async () => {
    const nowhere = cattleTransport(cattleSettings('http://rancher.invalid'), clock);

    expect(await nowhere.send(POST)).toMatchObject({ answered: false, sent: false });
  });

  it('reads no reply that is too long', async () => {
    stub.replies = [
      (response) => {
        response.end('x'.repeat(MIB + 1));
      },
    ];

    expect(await transport.send(GET)).toMatchObject({
      answered: false,
      reason: 'Rancher sends more than 1 MiB',
      unreadable: true,
    });
    expect(await transport.send({ ...GET, maxBytes: 2 * MIB })).toMatchObject({ answered: true });
  });

  it('reads nothing of a refusal that is far longer than those of Rancher', async () => {
    stub.replies = [
      answering(500, JSON.stringify({ type: 'error', message: 'm'.repeat(60_000) })),
      answering(500, JSON.stringify({ type: 'error', message: 'm'.repeat(70_000) })),
    ];

    expect(await transport.send(GET)).toMatchObject({ body: expect.stringContaining('mmm') });
    expect(await transport.send(GET)).toMatchObject({ status: 500, body: '' });
  });

  it('keeps connections for GETs and uses none of them for a POST', async () => {
    const ports: unknown[] = [];
    stub.replies = [
      (response) => {
        ports.push(response.socket?.remotePort);
        json({ type: 'thing' })(response);
      },
    ];

    await transport.send(GET);
    await transport.send(GET);
    await transport.send(POST);

    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });

  it('sends nothing after the service has stopped', async () => {
    transport.onApplicationShutdown();

    const outcome = await transport.send(GET);

    expect(outcome).toMatchObject({ answered: false, reason: 'the service has stopped', sent: false });
    expect(stub.asked).toEqual([]);
  });

  it('shows the key in nothing that it answers', async () => {
    stub.replies = [hangingUp()];
    const answers = [await transport.send(GET)];
    await stub.stop();

    answers.push(await transport.send(POST));

    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`${ACCESS_KEY}|${SECRET_KEY}|Basic`));
  });

  it('tells of each request when it is over, without the ids that were asked for', async () => {
    const told: RancherCall[] = [];
    transport.calls$.subscribe((call) => told.push(call));
    stub.replies = [answering(200, '{}'), answering(409, '{}'), hanging()];

    await transport.send({ ...GET, path: '/projects/1a5/services/1s7' });
    await transport.send(POST);
    const last = transport.send(GET);
    await stub.until(3);
    await clock.advance(10_000);
    await last;

    expect(told).toEqual([
      { method: 'GET', route: '/projects/:id/services/:id', status: '2xx', seconds: 0 },
      { method: 'POST', route: '/projects/:id/services/:id?action=upgrade', status: '4xx', seconds: 0 },
      { method: 'GET', route: '/projects', status: 'none', seconds: 10 },
    ]);
  });
});
