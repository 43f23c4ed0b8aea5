import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { cattleClient, cattleSettings, CattleStub, error, json } from '../../../../test/fakes/cattle-stub.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { Loop } from '../../../../test/fakes/loop.js';
import type { CattleClient } from './cattle.client.js';
import { CattleExchange } from './cattle.exchange.js';

const WEB = '/projects/1a5/services/1s7';
const THING = { type: 'thing', id: '1' };
const OK = json(THING);

describe(CattleExchange, () => {
  let stub: CattleStub;
  let clock: HandClock;
  /** Whoever asks does it through this. */
  let client: CattleClient;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new HandClock();
    client = cattleClient(cattleSettings(await stub.start()), clock);
  });

  afterEach(() => stub.stop());

  /** Keeps every answer back; answers how the next one is given. */
  function holding(): () => Promise<void> {
    const waiting: ServerResponse[] = [];
    stub.replies = [(response) => void waiting.push(response)];
    return async () => {
      while (waiting.length === 0) await idle();
      const response = waiting.shift();
      if (response) OK(response);
      await idle();
    };
  }

  function urls(): readonly string[] {
    return stub.asked.map(({ url }) => url.replace('/v2-beta', ''));
  }

  it('sends what is asked at once, and goes on with replies that come at once, in turns of their own', async () => {
    const replies: (() => void)[] = [];
    stub.replies = [
      (response) => {
        replies.push(() => OK(response));
        if (replies.length === 5) for (const reply of replies) reply();
      },
    ];
    const loop = new Loop();
    const sent: number[] = [];
    const note = () => sent.push(loop.turns);
    subscribe('http.client.request.start', note);

    const wentOn = await Promise.all(
      Array.from({ length: 5 }, () => client.get('/projects').then(() => loop.turns)),
    );

    loop.stop();
    unsubscribe('http.client.request.start', note);
    expect(new Set(sent).size).toBe(5);
    expect(new Set(wentOn).size).toBe(5);
  });

  describe('requests about one service', () => {
    it('are sent one after the other, whatever they are', async () => {
      const answer = holding();
      const all = [
        client.get(WEB),
        client.act(WEB, 'upgrade', {}),
        client.get(`${WEB}/instances`),
        client.get(WEB),
      ];
      await stub.until(1);
      await idle();
      const counts = [stub.asked.length];

      for (const _ of all) {
        await answer();
        counts.push(stub.asked.length);
      }
      await Promise.all(all);

      expect(counts).toEqual([1, 2, 3, 4, 4]);
      expect(urls()).toEqual([WEB, `${WEB}/?action=upgrade`, `${WEB}/instances`, WEB]);
    });

    it('wait for none about other services, in other environments or in general', async () => {
      holding();
      const paths = [WEB, '/projects/1a5/services/1s70', '/projects/1a6/services/1s7'];
      const lists = ['/projects', '/projects/1a5/services', '/projects/1a5/services?name=web'];

      for (const path of [...paths, ...lists]) client.get(path).catch(() => undefined);
      await stub.until(6);

      expect(urls().toSorted()).toEqual([...paths, ...lists].toSorted());
    });

    it('let others go first while one is not to be repeated yet', async () => {
      stub.replies = [error(503), OK];
      const repeated = client.get(WEB);
      await stub.until(1);
      await idle();

      const other = await client.get(WEB);
      await clock.advance(500);

      expect(other).toMatchObject({ id: '1' });
      expect(await repeated).toMatchObject({ id: '1' });
      expect(stub.asked).toHaveLength(3);
    });

    it('are not sent where their turn comes too late', async () => {
      const answer = holding();
      const notAfter = new Date(clock.now().getTime() + 10_000);
      const before = [client.act(WEB, 'rollback', {}, notAfter), client.get(WEB)];
      const late = client.act(WEB, 'upgrade', {}, notAfter).catch((thrown: unknown) => thrown);
      const anyTime = client.act(WEB, 'finishupgrade', {});

      await stub.until(1);
      await clock.advance(6000);
      await answer();
      await stub.until(2);
      await clock.advance(6000);
      stub.replies = [OK];
      await answer();

      await Promise.all([...before, anyTime]);
      const message = expect.stringContaining('too long had passed');
      expect(await late).toMatchObject({ code: 'rancher.unreachable', message });
      expect(urls()).toEqual([`${WEB}/?action=rollback`, WEB, `${WEB}/?action=finishupgrade`]);
    });

    it('go on after one that fails', async () => {
      stub.replies = [error(409), OK];
      const failing = client.act(WEB, 'finishupgrade', {}).catch((thrown: unknown) => thrown);

      expect(await client.get(WEB)).toMatchObject({ id: '1' });
      expect(await failing).toMatchObject({ code: 'rancher.uncertain' });
    });
  });

  it('learns from replies of which kind the key is, and remembers it', async () => {
    stub.replies = [
      json(THING, { 'X-API-ACCOUNT-KIND': 'project' }),
      error(401),
      json(THING, { 'X-API-ACCOUNT-KIND': '' }),
    ];
    const before = client.accountKind;

    await client.get('/thing');
    await client.get('/thing').catch(() => null);
    await client.get('/thing');

    expect([before, client.accountKind]).toEqual([undefined, 'project']);
  });
});
