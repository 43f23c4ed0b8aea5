import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import {
  type Answer,
  changeOf,
  EventServer,
  frozen,
  PING,
  refusing,
  until,
} from '../../../../test/fakes/event-server.js';
import { ConnectProxy } from '../../../../test/fakes/connect-proxy.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { tlsWith } from '../cattle.tls.js';
import { eventSocket, type SocketItem } from './event-socket.js';
import { SocketFailure } from './socket-failure.js';

const MIB = 1024 * 1024;
const HANGING: Answer = () => undefined;

describe(eventSocket, () => {
  let server: EventServer;
  let clock: HandClock;
  let url: string;
  let heard: SocketItem[];
  let failure: SocketFailure | null;
  let subscribed: Subscription;

  beforeEach(async () => {
    server = new EventServer();
    clock = new HandClock();
    url = (await server.start()).replace('http', 'ws');
    heard = [];
    failure = null;
  });

  afterEach(async () => {
    subscribed.unsubscribe();
    await server.stop();
  });

  function connect(to = `${url}/events`): Subscription {
    const headers = { authorization: 'Basic aHVzaA==', 'user-agent': 'somebody' };
    subscribed = eventSocket({ url: to, headers, tls: tlsWith([]) }, clock).subscribe({
      next: (item) => heard.push(item),
      error: (error: SocketFailure) => (failure = error),
    });
    return subscribed;
  }

  async function connected(): Promise<Subscription> {
    const subscription = connect();
    await until(() => heard.length > 0);
    return subscription;
  }

  async function failed(): Promise<SocketFailure | null> {
    await until(() => failure !== null);
    return failure;
  }

  /** How many timers are left when no connection is. */
  async function leftTimers(): Promise<number> {
    await until(() => server.open === 0);
    return clock.asleep;
  }

  it('connects with the headers it is given, and asks for no compression', async () => {
    await connected();

    expect(heard).toEqual([{ is: 'open' }]);
    expect(server.attempts).toHaveLength(1);
    expect(server.attempts[0]).toMatchObject({
      url: '/events',
      headers: { authorization: 'Basic aHVzaA==', 'user-agent': 'somebody' },
    });
    expect(server.attempts[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('speaks TLS where the address says so', async () => {
    const first: Promise<Buffer> = new Promise((resolve) => {
      const listener = createServer((connection: Socket) => {
        connection.once('data', (data) => {
          resolve(data);
          connection.destroy();
          listener.close();
        });
      }).listen(0, '127.0.0.1', () => {
        connect(`wss://127.0.0.1:${(listener.address() as AddressInfo).port}/events`);
      });
    });

    expect((await first)[0]).toBe(0x16);
    expect(await failed()).toMatchObject({ kind: 'lost' });
  });

  it.each(['ws', 'wss'])('asks no proxy by %s, whatever the environment says', async (scheme) => {
    const proxy = await ConnectProxy.start(Number(new URL(url).port));
    const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'];
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;

    connect(`${scheme}://rancher.invalid/events`);

    const why = await failed();
    for (const name of names) delete process.env[name];
    await proxy.stop();
    expect(why).toMatchObject({ kind: 'lost' });
    expect(proxy.passed).toEqual([]);
  });

  it('tells frames in the order in which they come, whatever they are', async () => {
    await connected();

    const { peer } = server;
    peer.send(PING);
    peer.send(changeOf('1s7'));
    peer.send('<html>');
    peer.send(Buffer.from(PING), { binary: true });
    peer.send(PING.slice(0, 5), { fin: false });
    peer.send(PING.slice(5), { fin: true });
    await until(() => heard.length === 6);

    expect(heard.slice(1)).toEqual([
      { is: 'ping' },
      {
        is: 'change',
        event: {
          resourceType: 'service',
          resourceId: '1s7',
          resource: { id: '1s7', type: 'service' },
          sentMs: null,
        },
      },
      { is: 'other' },
      { is: 'other' },
      { is: 'ping' },
    ]);
  });

  it('sends no message', async () => {
    await connected();
    server.peer.send(PING);
    server.peer.ping();
    await once(server.peer, 'pong');

    server.peer.close();
    await failed();

    expect(server.received).toEqual([]);
  });

  it('waits 10 s for a connection', async () => {
    server.answers = [HANGING];
    connect();
    await until(() => server.attempts.length === 1);

    await clock.advance(9999);
    expect(failure).toBeNull();
    await clock.advance(1);

    expect(failure).toMatchObject({ kind: 'lost', why: 'no connection within 10 s' });
    expect(await leftTimers()).toBe(0);
  });

  it('takes a connection for dead that is silent for 11 s', async () => {
    await connected();
    await clock.advance(10_999);
    server.peer.send(PING);
    await until(() => heard.length === 2);
    await clock.advance(10_999);
    expect(failure).toBeNull();

    await clock.advance(1);

    expect(failure).toMatchObject({ kind: 'lost', why: 'no frame for 11 s' });
    expect(await leftTimers()).toBe(0);
  });

  it('takes the pings of the protocol for no sign of life: a proxy can send them', async () => {
    await connected();
    await clock.advance(10_000);
    server.peer.ping();
    await once(server.peer, 'pong');

    await clock.advance(1000);

    expect(failure).toMatchObject({ why: 'no frame for 11 s' });
  });

  it.each<[string, (server: EventServer) => void, string]>([
    ['is cut', ({ peer }) => peer.terminate(), 'connection lost'],
    ['is closed', ({ peer }) => peer.close(), 'closed by the other side (1005)'],
    ['is closed with a code', ({ peer }) => peer.close(1001), 'closed by the other side (1001)'],
    [
      'is closed with a reason',
      ({ peer }) => peer.close(1001, 'going away'),
      'closed by the other side (1001: going away)',
    ],
    [
      'brings text that is none',
      ({ peer }) => peer.send(Buffer.from([0xff, 0xfe]), { binary: false }),
      'Invalid WebSocket frame: invalid UTF-8 sequence',
    ],
    [
      'brings more than 16 MiB',
      ({ peer }) => peer.send('x'.repeat(16 * MIB + 1)),
      'Max payload size exceeded',
    ],
  ])('fails when the connection %s', async (_, end, why) => {
    await connected();

    end(server);

    expect(await failed()).toMatchObject({ kind: 'lost', why, answer: null });
    expect(heard).toEqual([{ is: 'open' }]);
    expect(await leftTimers()).toBe(0);
  });

  it('takes a frame of 16 MiB', async () => {
    await connected();

    server.peer.send('x'.repeat(16 * MIB));
    await until(() => heard.length === 2);

    expect(failure).toBeNull();
  });

  it.each<[string, Answer, string]>([
    ['is cut', (connection) => connection.destroy(), 'connection reset'],
    ['is reset', (connection) => (connection as Socket).resetAndDestroy(), 'connection reset'],
    [
      'brings something else than HTTP',
      (connection) => connection.write('220 mail ESMTP\r\n\r\n'),
      'Parse Error',
    ],
    [
      'is confirmed by somebody who has not understood',
      (connection) =>
        connection.write(
          'HTTP/1.1 101 Any\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
        ),
      'Invalid Sec-WebSocket-Accept header',
    ],
  ])('fails when the handshake %s', async (_, answer, why) => {
    server.answers = [answer];
    connect();

    expect(await failed()).toMatchObject({ kind: 'lost', why: expect.stringContaining(why) });
    expect(await leftTimers()).toBe(0);
  });

  it('fails when nobody listens there', async () => {
    await server.stop();
    connect();

    expect(await failed()).toMatchObject({ kind: 'lost', why: 'connection refused' });
    expect(await leftTimers()).toBe(0);
  });

  it.each([
    [200, 'not_websocket'],
    [204, 'not_websocket'],
    [401, 'denied'],
    [404, 'hidden'],
    [502, 'server_error'],
  ])('fails when the handshake is answered with %d', async (status, kind) => {
    server.answers = [refusing(status)];
    connect();

    expect(await failed()).toMatchObject({
      kind,
      why: `a websocket is answered with ${status}`,
      answer: { status, retryAfterMs: null },
    });
    expect(await leftTimers()).toBe(0);
  });

  it('waits for no more of an answer than its head', async () => {
    server.answers = [refusing(401, { 'content-length': '1000' }, '{"type":')];
    connect();

    expect(await failed()).toMatchObject({ kind: 'denied' });
    expect(await leftTimers()).toBe(0);
  });

  it('follows no redirect', async () => {
    server.answers = [refusing(302, { location: `${url}/elsewhere` }), 'accept'];
    connect();

    expect(await failed()).toMatchObject({ kind: 'not_websocket', answer: { status: 302 } });
    await idle();
    expect(server.attempts).toHaveLength(1);
  });

  it.each([
    ['20', 20_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['soon', null],
  ])('knows when it may come back: Retry-After: %s', async (retryAfter, retryAfterMs) => {
    server.answers = [refusing(503, { 'retry-after': retryAfter })];
    connect();

    expect((await failed())?.answer).toEqual({ status: 503, retryAfterMs });
  });

  it('keeps nothing in a failure that it was given or that the library threw', async () => {
    server.answers = [(connection) => connection.destroy()];
    connect();

    const seen = inspect(await failed(), { depth: null, showHidden: true });

    expect(seen).not.toMatch(/aHVzaA|ECONNRESET|cause/);
  });

  describe('leaves no connection and no timer when it is unsubscribed', () => {
    it('at once', async () => {
      connect().unsubscribe();

      await idle();
      expect(await leftTimers()).toBe(0);
      expect(server.attempts).toEqual([]);
    });

    it('during the handshake', async () => {
      server.answers = [HANGING];
      const subscription = connect();
      await until(() => server.attempts.length === 1);

      subscription.unsubscribe();

      expect(await leftTimers()).toBe(0);
    });

    it('when it is connected', async () => {
      (await connected()).unsubscribe();

      expect(await leftTimers()).toBe(0);
    });

    it('when the other side is frozen, to which nothing is said', async () => {
      const got: Buffer[] = [];
      server.answers = [frozen(got)];
      const subscription = await connected();

      subscription.unsubscribe();

      expect(await leftTimers()).toBe(0);
      expect(got).toEqual([]);
    });

    it('while frames come, of which it tells no more', async () => {
      const subscription = eventSocket({ url, headers: {}, tls: tlsWith([]) }, clock).subscribe((item) => {
        heard.push(item);
        if (item.is === 'ping') subscription.unsubscribe();
      });
      await until(() => heard.length === 1);

      for (let count = 0; count < 5; count += 1) server.peer.send(PING);

      await until(() => heard.length > 1);
      expect(await leftTimers()).toBe(0);
      expect(heard).toHaveLength(2);
    });

    it('while the other side closes', async () => {
      const subscription = await connected();
      server.peer.close();
      await until(() => server.peer.readyState !== server.peer.OPEN);

      subscription.unsubscribe();

      expect(await leftTimers()).toBe(0);
      expect(failure).toBeNull();
    });
  });
});
