import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { ACCESS_KEY, cattleSettings, SECRET_KEY } from '../../../../test/fakes/cattle-stub.js';
import {
  type Answer,
  changeOf,
  EventServer,
  LOGOUT,
  PING,
  refusing,
  until,
} from '../../../../test/fakes/event-server.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { createLog } from '../../../common/log.js';
import { UpdaterError } from '../../../common/errors.js';
import { Secrets } from '../../../common/secrets.js';
import { Rests } from '../api/rests.js';
import { CattleEvents, type EventItem } from './cattle.events.js';

const DEV = { id: '1a5', name: 'dev' };
const HANDSHAKE_MS = 10_000;
const SILENCE_MS = 11_000;
const HANGING_UP: Answer = (connection) => connection.destroy();

/** Remembers for how long it was slept, but for the time-outs of each connection. */
class RememberingClock extends HandClock {
  readonly pauses: number[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms !== HANDSHAKE_MS && ms !== SILENCE_MS) this.pauses.push(ms);
    return super.sleep(ms, signal);
  }
}

describe(CattleEvents, () => {
  let server: EventServer;
  let clock: RememberingClock;
  let url: string;
  let rests: Rests;
  let logged: Record<string, unknown>[];
  let heard: EventItem[];
  let subscribed: Subscription;

  beforeEach(async () => {
    server = new EventServer();
    clock = new RememberingClock();
    url = await server.start();
    logged = [];
    heard = [];
  });

  afterEach(async () => {
    subscribed.unsubscribe();
    await server.stop();
  });

  function events(end = '', random = () => 0.5): CattleEvents {
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    const log = createLog({ level: 'debug', format: 'json', secrets: [], destination });
    const secrets = new Secrets([ACCESS_KEY, SECRET_KEY]);
    rests = new Rests(clock);
    return new CattleEvents(cattleSettings(`${url}${end}`), rests, clock, log, secrets, random);
  }

  function listen(source = events(), environment = DEV): Subscription {
    subscribed = source.of(environment).subscribe({
      next: (item) => heard.push(item),
      error: () => heard.push({ is: 'closed', why: 'an error, which must not be' }),
      complete: () => heard.push({ is: 'closed', why: 'the end, which must not be' }),
    });
    return subscribed;
  }

  /** The kinds of all that was heard, when it is as much. */
  async function kindsOf(count: number): Promise<readonly string[]> {
    await until(() => heard.length >= count);
    return heard.map(({ is }) => is);
  }

  /** Waits until so many attempts have failed or ended, and lets the pause after the last of them pass. */
  async function passPause(count: number): Promise<void> {
    await until(() => clock.pauses.length === count);
    await clock.advance(clock.pauses.at(-1) ?? 0);
  }

  async function passPauses(count: number): Promise<readonly number[]> {
    for (let passed = 1; passed <= count; passed += 1) await passPause(passed);
    return clock.pauses.slice(0, count);
  }

  /** What the log says to people who do not debug. */
  function said(): readonly string[] {
    const told = logged.filter(({ level }) => level !== 'debug');
    return told.map(({ level, message }) => `${String(level)}: ${String(message)}`);
  }

  it('connects no sooner than Rancher has asked to be asked again', async () => {
    const source = events();
    rests.note('/projects', 429, new UpdaterError('rancher.unreachable', 'busy', { retryAfterMs: 30_000 }));

    listen(source);
    await clock.advance(29_999);
    expect(server.attempts).toEqual([]);
    await clock.advance(1);

    expect(await kindsOf(1)).toEqual(['open']);
  });

  it.each([
    ['', '/v2-beta'],
    ['/v1/projects/1a5/', '/v2-beta'],
    ['//pre//fix/v2-beta/', '/pre/fix/v2-beta'],
  ])('asks with the key for all changes in the environment: CATTLE_URL ends in "%s"', async (end, path) => {
    listen(events(end));
    expect(await kindsOf(1)).toEqual(['open']);

    expect(server.attempts).toHaveLength(1);
    expect(server.attempts[0]).toMatchObject({
      url: `${path}/projects/1a5/subscribe?eventNames=resource.change`,
      headers: {
        authorization: `Basic ${Buffer.from(`${ACCESS_KEY}:${SECRET_KEY}`).toString('base64')}`,
        'x-enforce-authentication': 'true',
        'user-agent': 'rancher-service-updater',
      },
    });
  });

  it('connects only when somebody listens, for each who does', async () => {
    const cold = events().of(DEV);
    await idle();
    expect(server.attempts).toEqual([]);

    const listeners = [cold.subscribe(), cold.subscribe()];
    await until(() => server.peers.length === 2);

    subscribed = cold.subscribe();
    for (const listener of listeners) listener.unsubscribe();
    await until(() => server.peers.length === 3 && server.open === 1);
    expect(server.attempts).toHaveLength(3);
  });

  it('tells changes, and of everything else that it is a sign of life', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);

    for (const frame of [PING, changeOf('1s7'), 'no JSON', changeOf('1s8', {})]) server.peer.send(frame);
    await until(() => heard.length === 5);

    expect(heard).toEqual([
      { is: 'open' },
      { is: 'alive' },
      {
        is: 'change',
        event: {
          resourceType: 'service',
          resourceId: '1s7',
          resource: { id: '1s7', type: 'service' },
          sentMs: null,
        },
      },
      { is: 'alive' },
      { is: 'change', event: { resourceType: 'service', resourceId: '1s8', resource: null, sentMs: null } },
    ]);
  });

  it('tells that a connection has ended, and connects again', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);

    server.peer.terminate();
    expect(await kindsOf(2)).toEqual(['open', 'closed']);
    expect(heard[1]).toEqual({ is: 'closed', why: 'connection lost' });
    await clock.advance(1000);

    expect(await kindsOf(3)).toEqual(['open', 'closed', 'open']);
  });

  it('connects again when nothing has come for 11 s', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);

    await clock.advance(SILENCE_MS);

    expect(heard[1]).toEqual({ is: 'closed', why: 'no frame for 11 s' });
    await until(() => server.open === 0);
    await clock.advance(1000);
    expect(await kindsOf(3)).toEqual(['open', 'closed', 'open']);
  });

  it('tells nothing of attempts that fail, and outlives a server that is away', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);
    await server.stop();
    expect(await kindsOf(2)).toEqual(['open', 'closed']);

    await passPauses(3);
    await until(() => clock.pauses.length === 4);
    server = new EventServer();
    await server.start(Number(new URL(url).port));
    await passPause(4);

    expect(await kindsOf(3)).toEqual(['open', 'closed', 'open']);
  });

  it.each([
    [0, [750, 1500, 3000]],
    [0.5, [1000, 2000, 4000]],
    [1, [1250, 2500, 5000]],
  ])('waits longer from attempt to attempt: random %d', async (random, pauses) => {
    server.answers = [HANGING_UP];
    listen(events('', () => random));

    expect(await passPauses(3)).toEqual(pauses);
  });

  it('waits longer also when connections are made and lost before anything has come', async () => {
    listen();
    for (let count = 1; count <= 3; count += 1) {
      await until(() => server.peers.length === count);
      server.peer.terminate();
      await passPause(count);
    }

    expect(clock.pauses).toEqual([1000, 2000, 4000]);
  });

  it('waits 1 s again when something has come', async () => {
    server.answers = [refusing(500), refusing(500), 'accept'];
    listen();
    await passPauses(2);
    expect(await kindsOf(1)).toEqual(['open']);
    server.peer.send(PING);
    expect(await kindsOf(2)).toEqual(['open', 'alive']);

    server.peer.terminate();
    await passPause(3);

    expect(clock.pauses).toEqual([1000, 2000, 1000]);
  });

  it('waits 1 s at first for everybody who begins to listen', async () => {
    server.answers = [HANGING_UP];
    const dev = events().of(DEV);
    subscribed = dev.subscribe();
    await passPauses(2);
    await until(() => clock.pauses.length === 3);
    subscribed.unsubscribe();

    subscribed = dev.subscribe();
    await until(() => clock.pauses.length === 4);

    expect(clock.pauses).toEqual([1000, 2000, 4000, 1000]);
  });

  it('takes a logout for an end, and hammers nobody who logs it out again and again', async () => {
    listen();
    for (let count = 1; count <= 3; count += 1) {
      await until(() => server.peers.length === count);
      server.peer.send(LOGOUT);
      await passPause(count);
    }

    expect(clock.pauses).toEqual([1000, 2000, 4000]);
    expect(heard.slice(0, 2)).toEqual([
      { is: 'open' },
      { is: 'closed', why: 'Rancher has logged the key out' },
    ]);
    expect(await kindsOf(6)).not.toContain('alive');
  });

  it('connects anew, so that all is listed, after a message that is too long to tell what it is of', async () => {
    listen();
    await until(() => server.peers.length === 1);
    server.peer.send(`[${'[],'.repeat(200_000)}0]`);
    await passPause(1);

    expect(heard.slice(0, 2)).toEqual([
      { is: 'open' },
      { is: 'closed', why: 'a message is too long to be read' },
    ]);
  });

  it.each([401, 403, 404])(
    'tries a %d again every minute, and leaves it to others to say so',
    async (status) => {
      server.answers = [refusing(status), refusing(status), 'accept'];
      listen();

      expect(await passPauses(2)).toEqual([60_000, 60_000]);
      expect(await kindsOf(1)).toEqual(['open']);
      expect(said()).toEqual([]);
    },
  );

  it.each<[string, readonly Answer[], readonly number[], readonly RegExp[]]>([
    ['a 400', [refusing(400)], [300_000], [/ dev: .*400.*the updater polls instead/]],
    ['a page', [refusing(200, {}, '<html>')], [300_000], [/ dev: .*200.*the updater polls instead/]],
    [
      'ten times a 502',
      Array.from({ length: 10 }, () => refusing(502)),
      [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 60_000],
      [/ dev, after 6 attempts in a row: .*502/, / dev: .*501.*the updater polls instead/],
    ],
  ])(
    'warns that nothing is heard, once for each kind of trouble, and tries rarely, after %s',
    async (_, answers, pauses, warnings) => {
      server.answers = [...answers, refusing(501), 'accept'];
      listen();

      expect(await passPauses(pauses.length + 1)).toEqual([...pauses, 300_000]);
      expect(await kindsOf(1)).toEqual(['open']);
      server.peer.send(PING);
      expect(await kindsOf(2)).toEqual(['open', 'alive']);
      expect(said()).toEqual([
        ...warnings.map((words): unknown => expect.stringMatching(words)),
        'info: events of environment dev come again',
      ]);
    },
  );

  it.each([429, 503])('comes back after a %d when it is asked to', async (status) => {
    server.answers = [refusing(status, { 'retry-after': '20' }), 'accept'];
    listen();

    expect(await passPauses(1)).toEqual([20_000]);
    expect(await kindsOf(1)).toEqual(['open']);
  });

  it('says once that a connection was lost, and once that there is one again', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);
    server.answers = [HANGING_UP, refusing(500), 'accept'];
    server.peer.terminate();
    await passPauses(3);
    expect(await kindsOf(3)).toEqual(['open', 'closed', 'open']);
    server.peer.send(PING);
    server.peer.send(PING);
    expect(await kindsOf(5)).toEqual(['open', 'closed', 'open', 'alive', 'alive']);

    expect(said()).toEqual([
      'info: events of environment dev are interrupted: connection lost',
      'info: events of environment dev come again',
    ]);
  });

  it('keeps the key out of all that it tells', async () => {
    listen();
    expect(await kindsOf(1)).toEqual(['open']);
    server.peer.close(1008, `no access with ${ACCESS_KEY}:${SECRET_KEY}`);
    expect(await kindsOf(2)).toEqual(['open', 'closed']);
    server.answers = [refusing(401, { 'www-authenticate': SECRET_KEY }, SECRET_KEY), HANGING_UP];
    await passPauses(3);

    expect(heard[1]).toEqual({
      is: 'closed',
      why: 'closed by the other side (1008: no access with ***:***)',
    });
    expect(JSON.stringify([heard, logged])).not.toMatch(new RegExp(`${ACCESS_KEY}|${SECRET_KEY}|Basic`));
  });

  it('outlives also what nobody has foreseen', async () => {
    listen(events(), { id: '1a5#', name: 'odd' });

    expect(await passPauses(2)).toEqual([1000, 2000]);
    expect(heard).toEqual([]);
  });

  function listenUntil(last: EventItem['is']): void {
    subscribed = events()
      .of(DEV)
      .subscribe((item) => {
        heard.push(item);
        if (item.is === last) subscribed.unsubscribe();
      });
  }

  /** What is left when no connection is. */
  async function leftovers(): Promise<{ readonly timers: number; readonly attempts: number }> {
    const { length } = server.attempts;
    await until(() => server.open === 0);
    const timers = clock.asleep;
    await clock.advance(3_600_000);
    return { timers, attempts: server.attempts.length - length };
  }

  describe('leaves no connection and no timer when it is unsubscribed', () => {
    it.each<[string, Answer[], () => boolean]>([
      ['at once', ['accept'], () => true],
      ['during the handshake', [() => undefined], () => server.attempts.length === 1],
      ['when it is connected', ['accept'], () => heard.length === 1],
      ['during a pause', [HANGING_UP], () => clock.pauses.length === 1],
    ])('%s', async (_, answers, isSo) => {
      server.answers = answers;
      const subscription = listen();
      await until(isSo);

      subscription.unsubscribe();

      expect(await leftovers()).toEqual({ timers: 0, attempts: 0 });
      expect(await kindsOf(0)).not.toContain('closed');
    });

    it('while it tells that it is connected', async () => {
      listenUntil('open');

      expect(await kindsOf(1)).toEqual(['open']);
      expect(await leftovers()).toEqual({ timers: 0, attempts: 0 });
    });

    it('while it tells of a change', async () => {
      listenUntil('change');
      expect(await kindsOf(1)).toEqual(['open']);
      server.peer.send(changeOf('1s7'));

      expect(await kindsOf(2)).toEqual(['open', 'change']);
      expect(await leftovers()).toEqual({ timers: 0, attempts: 0 });
    });

    it('while it tells that a connection has ended', async () => {
      listenUntil('closed');
      expect(await kindsOf(1)).toEqual(['open']);
      server.peer.terminate();

      expect(await kindsOf(2)).toEqual(['open', 'closed']);
      expect(await leftovers()).toEqual({ timers: 0, attempts: 0 });
    });
  });
});
