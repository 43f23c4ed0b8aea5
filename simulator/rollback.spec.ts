import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Json } from './testing/json.js';
import { P, Rig } from './testing/rig.js';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.start();
  const { fleet } = rig.simulator;
  fleet.addService('Default', 'shop', { name: 'one', id: '1s20', image: 'a/b:1' });
  fleet.addService('Default', 'shop', { name: 'api', id: '1s21', image: 'a/api:1', healthCheck: true });
});

afterEach(() => rig.close());

/** The containers of a service, as its caller sees them. */
async function instances(id: string): Promise<Json[]> {
  return (await rig.get(`${P}/services/${id}/instances`)).body.data;
}

async function upgraded(id: string, image: string): Promise<void> {
  await rig.upgrade(id, image);
  rig.until(id, 'upgraded');
}

/** Turns the clock until the service is active, and says what a container's row showed meanwhile. */
function watched(id: string, containerId: string): readonly string[] {
  const seen: string[] = [];
  rig.clock.advanceUntil(() => {
    const { instances: all, state } = rig.service(id);
    const found = all.find((instance) => `1i${instance.id}` === containerId);
    const line = found === undefined ? 'gone' : `${found.state} ${found.health}`;
    if (seen.at(-1) !== line) seen.push(line);
    return state === 'active';
  }, 60_000);
  return seen;
}

async function received(action: string): Promise<void> {
  while (!rig.simulator.journal.requests.some(({ query }) => query.includes(action)))
    await new Promise((resolve) => setImmediate(resolve));
}

describe('a rollback', () => {
  it('starts the old containers again: the same ids and uuids, and one start more', async () => {
    const before = await instances('1s7');
    await upgraded('1s7', 'acme/web:2');

    await rig.act('rollback');
    rig.until('web', 'active');

    const after = await instances('1s7');
    expect(before.map(({ startCount }: Json) => startCount)).toEqual([1, 1]);
    expect(after.map(({ id, uuid, state, startCount }: Json) => [id, uuid, state, startCount])).toEqual(
      before.map(({ id, uuid }: Json) => [id, uuid, 'running', 2]),
    );
  });

  it('does not wait for the health of what it brings back', async () => {
    const [old] = await instances('1s21');
    await upgraded('1s21', 'a/api:2');
    rig.simulator.faults.add({ kind: 'never-healthy', image: 'a/api:1' });

    await rig.act('rollback', '1s21');

    expect(watched('1s21', old.id)).toEqual([
      'stopped healthy',
      'starting healthy',
      'running reinitializing',
    ]);
    expect((await rig.get(`${P}/services/1s21`)).body).toMatchObject({
      state: 'active',
      healthState: 'initializing',
    });
  });

  it('makes a fresh container where the new one is in error; the old one is seen until the end', async () => {
    rig.simulator.faults.add({ kind: 'image-missing', image: 'a/b:2' });
    const [old] = await instances('1s20');
    await rig.upgrade('1s20', 'a/b:2');
    rig.clock.advance(5000);
    const failed = await instances('1s20');

    await rig.act('rollback', '1s20');
    const seen = watched('1s20', old.id);

    const after = await instances('1s20');
    expect(failed.map(({ state, startCount }: Json) => [state, startCount])).toEqual([
      ['stopped', 1],
      ['error', 0],
    ]);
    expect(seen).toEqual(['stopped null', 'gone']);
    expect(after).toMatchObject([
      { imageUuid: 'docker:a/b:1', version: '0', state: 'running', startCount: 1 },
    ]);
    expect(after[0].uuid).not.toBe(old.uuid);
  });

  it('changes nothing where the upgrade record was lost in a race, though it is accepted', async () => {
    rig.simulator.faults.add({ kind: 'race', image: 'acme/web:9', variant: 'upgrade-null' });
    await upgraded('1s7', 'acme/web:2');
    const before = await instances('1s7');

    const { status, body } = await rig.act('rollback');
    rig.until('web', 'active');

    const { launchConfig } = (await rig.get(`${P}/services/1s7`)).body;
    expect([status, body.state]).toEqual([202, 'rolling-back']);
    expect(body.launchConfig).toEqual(launchConfig);
    expect(launchConfig.imageUuid).toBe('docker:acme/web:2');
    expect(await instances('1s7')).toEqual(before);
  });

  it('brings an upgrade back that was cancelled halfway', async () => {
    const before = (await instances('1s7')).map(({ id }) => id);
    await rig.upgrade('1s7', 'acme/web:2');
    rig.clock.advance(1500);
    await rig.act('cancelupgrade');
    rig.until('web', 'canceled-upgrade');

    await rig.act('rollback');
    rig.until('web', 'active');

    expect(rig.service('web')).toMatchObject({ image: 'docker:acme/web:1.0.0', version: '0' });
    expect((await instances('1s7')).map(({ id, state }) => [id, state])).toEqual(
      before.map((id) => [id, 'running']),
    );
  });

  it('is refused after a finish, which takes away only what is old', async () => {
    await upgraded('1s7', 'acme/web:2');
    const all = await instances('1s7');
    await rig.act('finishupgrade');
    const meanwhile = await rig.act('rollback');
    rig.until('web', 'active');
    rig.clock.advance(2000);

    const afterwards = await rig.act('rollback');

    expect([meanwhile, afterwards].map(({ status, body }) => [status, body.code])).toEqual([
      [422, 'ActionNotAvailable'],
      [422, 'ActionNotAvailable'],
    ]);
    expect((await instances('1s7')).map(({ uuid }) => uuid)).toEqual(
      all.filter(({ version }) => version !== '0').map(({ uuid }) => uuid),
    );
  });

  it('ends a crash loop', async () => {
    rig.simulator.faults.add({ kind: 'crash-loop', image: 'a/b:2', everyMs: 1000 });
    await upgraded('1s20', 'a/b:2');
    rig.clock.advance(5500);

    await rig.act('rollback', '1s20');
    rig.until('one', 'active');
    rig.clock.advance(10_000);

    expect(await instances('1s20')).toMatchObject([{ version: '0', state: 'running', startCount: 2 }]);
  });
});

describe('the containers of an upgrade', () => {
  it('count each start of a crash loop, under one id', async () => {
    rig.simulator.faults.add({ kind: 'crash-loop', image: 'a/b:2', everyMs: 10_000 });
    await upgraded('1s20', 'a/b:2');
    const counts: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const [, { id, startCount }] = await instances('1s20');
      counts.push([id, startCount]);
      rig.clock.advance(10_500);
    }

    const [[id]] = counts as [[string]];
    expect(counts).toEqual([1, 2, 3, 4].map((count) => [id, count]));
    expect(rig.service('one').state).toBe('upgraded');
  });

  it('never become healthy in a crash loop, and keep the service upgrading', async () => {
    rig.simulator.faults.add({ kind: 'crash-loop', image: 'a/api:2', everyMs: 1000 });
    await rig.upgrade('1s21', 'a/api:2');
    const seen = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      rig.clock.advance(500);
      for (const { version, healthState } of await instances('1s21')) {
        if (version !== '0') seen.add(String(healthState));
      }
    }

    expect([...seen]).toEqual(['initializing', 'reinitializing']);
    expect(rig.service('api').state).toBe('upgrading');
    expect((await instances('1s21')).at(-1).startCount).toBeGreaterThan(3);
  });

  it.each([
    ['1s20', 'a/b:2', [null, null], [null, null]],
    ['1s21', 'a/api:2', ['healthy', null], ['healthy', 'healthy']],
  ])('of %s show their health only if it is checked', async (id, image, early, late) => {
    await rig.upgrade(id, image);
    rig.clock.advanceUntil(() => rig.service(id).instances.length === 2, 5000);
    const creating = await instances(id);
    rig.until(id, 'upgraded');

    expect(creating.map(({ healthState }) => healthState)).toEqual(early);
    expect((await instances(id)).map(({ healthState }) => healthState)).toEqual(late);
  });
});

describe('a fault of a rollback', () => {
  beforeEach(() => upgraded('1s7', 'acme/web:2'));

  it.each([
    [{ kind: 'conflict' } as const, 409, 'upgraded'],
    [{ kind: 'server-error' } as const, 500, 'upgraded'],
    [{ kind: 'server-error', status: 503 } as const, 503, 'upgraded'],
    [{ kind: 'proxy-page', status: 502 } as const, 502, 'upgraded'],
    [{ kind: 'proxy-page', status: 504, committed: true } as const, 504, 'rolling-back'],
    [{ kind: 'too-many' } as const, 429, 'upgraded'],
    [{ kind: 'reset' } as const, null, 'upgraded'],
    [{ kind: 'lost-reply' } as const, null, 'rolling-back'],
  ])('%j answers %p, leaves the service %s and spares other actions', async (fault, expected, state) => {
    const service = rig.service('web');
    const { version } = service;
    rig.simulator.faults.add({ ...fault, action: 'rollback', times: 1 });
    const other = await rig.act('cancelupgrade');

    const status = await rig.act('rollback').then(
      (answer) => answer.status,
      () => null,
    );

    expect([status, service.state]).toEqual([expected, state]);
    expect(service.version).toBe(state === 'upgraded' ? version : '0');
    expect([other.status, other.body.code]).toEqual([422, 'ActionNotAvailable']);
  });

  it.each([true, false])('may be no answer at all, whether it is done (%s) or not', async (committed) => {
    rig.simulator.faults.add({ kind: 'hang', committed, action: 'rollback', times: 1 });
    const lost = rig.act('rollback').catch(() => 'no answer');
    await received('rollback');

    expect(rig.service('web').state).toBe(committed ? 'rolling-back' : 'upgraded');
    await rig.close();
    await expect(lost).resolves.toBe('no answer');
  });

  it('may be an answer that comes late', async () => {
    rig.simulator.faults.add({ kind: 'latency', ms: 5000, action: 'rollback' });
    let done = false;
    const reply = rig.act('rollback').then((answer) => {
      done = true;
      return answer;
    });
    await received('rollback');
    rig.clock.advance(4999);
    await rig.get(`${P}/services/1s7`);
    const before = done;
    rig.clock.advance(1);

    expect(before).toBe(false);
    expect(await reply).toMatchObject({ status: 202, body: { launchConfig: { version: '0' } } });
  });
});
