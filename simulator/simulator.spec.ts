import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';
import { readFleet } from './reading/read-fleet.js';
import { Simulator } from './simulator.js';

describe(Simulator.name, () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
    rig.simulator.journal.clear();
  });

  afterEach(() => rig.close());

  it('keeps a journal of requests, with bodies, keys and answers', async () => {
    await rig.get(`${P}/services?limit=1`);
    await rig.act('upgrade', '1s7', { inServiceStrategy: {} }, 'user');

    expect(rig.simulator.journal.requests).toEqual([
      {
        at: rig.clock.now(),
        method: 'GET',
        path: `${P}/services`,
        query: 'limit=1',
        key: 'env',
        body: null,
        status: 200,
        faults: [],
      },
      expect.objectContaining({
        method: 'POST',
        query: 'action=upgrade',
        key: 'user',
        body: { inServiceStrategy: {} },
        status: 422,
      }),
    ]);
  });

  it('keeps a journal of changes, with who caused them', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');
    rig.simulator.as('alice').rollback(rig.service('web'));
    rig.until('web', 'active');

    const { changes } = rig.simulator.journal;
    expect(changes.map(({ from, to, actor }) => `${from} → ${to} by ${actor}`)).toEqual([
      'active → upgrading by env',
      'upgrading → upgraded by cattle',
      'upgraded → rolling-back by alice',
      'rolling-back → active by cattle',
    ]);
    expect(changes[0]).toMatchObject({
      service: '1s7',
      name: 'web',
      image: 'docker:acme/web:2',
      at: expect.any(Number),
    });
  });

  it('lets somebody else act, and refuses what is not offered', () => {
    const alice = rig.simulator.as('alice');
    alice.upgrade(rig.service('web'), 'acme/web:5');

    expect(rig.service('web')).toMatchObject({ state: 'upgrading', image: 'docker:acme/web:5' });
    expect(() => alice.finishupgrade(rig.service('web'))).toThrow('ActionNotAvailable');
  });

  it('is stopped and started by hand', () => {
    const alice = rig.simulator.as('alice');
    alice.deactivate(rig.service('web'));
    rig.until('web', 'inactive');
    const stopped = rig.service('web').instances.map(({ state }) => state);
    alice.activate(rig.service('web'));
    rig.until('web', 'active');

    expect(stopped).toEqual(['stopped', 'stopped']);
    expect(rig.service('web').instances.map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it('adds and takes away keys, services and environments while it runs', async () => {
    const { fleet } = rig.simulator;
    fleet.addEnvironment({ name: 'New', stacks: [] });
    fleet.addService('New', 'fresh', { name: 'w', image: 'a:1' });
    fleet.addKey({ access: 'new', secret: 's', kind: 'environment', environment: 'New' });

    const list = await rig.get('/v2-beta/services', { key: 'new' });
    fleet.removeKey('new');
    const gone = await rig.get('/v2-beta/services', { key: 'new' });

    expect(list.body.data.map((row: { name: string }) => row.name)).toEqual(['w']);
    expect(gone.status).toBe(401);
  });

  it('starts services in the middle of their lives', async () => {
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'late',
      id: '1s20',
      image: 'a/b:2',
      state: 'upgraded',
      upgrade: { previousImage: 'a/b:1' },
    });

    await rig.act('rollback', '1s20');
    rig.until('late', 'active');

    expect(rig.service('late').image).toBe('docker:a/b:1');
  });

  it('gives the same ids in each run', async () => {
    const other = await Rig.start();
    const uuids = [rig, other].map(({ simulator }) => simulator.fleet.service('1s7').uuid);
    await other.close();

    expect(uuids[0]).toBe(uuids[1]);
  });

  it('is quick with thousands of services, and idle ones cost nothing', async () => {
    const services = Array.from({ length: 2500 }, (_, number) => ({
      name: `s${number}`,
      image: `acme/s${number}:1`,
    }));
    const big = await Rig.start({
      fleet: {
        environments: [{ name: 'Big', stacks: [{ name: 'all', services }] }],
        keys: [{ access: 'env', secret: 's', kind: 'environment', environment: 'Big' }],
      },
    });
    const began = performance.now();

    const { body } = await big.get('/v2-beta/projects/1a5/services?limit=3000');
    big.clock.advance(3_600_000);
    await big.close();

    expect(body.data).toHaveLength(2500);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('the control route', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('switches faults', async () => {
    const added = await rig.post('/simulator/faults', { kind: 'server-error', times: 2 });
    const failing = await rig.get(`${P}/services`);
    const listed = await rig.get('/simulator/faults');
    await rig.send('DELETE', `/simulator/faults/${added.body.id}`);
    const healthy = await rig.get(`${P}/services`);

    expect([failing.status, healthy.status]).toEqual([500, 200]);
    expect(listed.body.faults).toEqual([expect.objectContaining({ kind: 'server-error', hits: 1 })]);
  });

  it.each([
    ['/simulator/faults', { kind: 'nosuch' }],
    ['/simulator/faults', { kind: 'latency' }],
    ['/simulator/faults', { kind: 'drop-header' }],
    ['/simulator/act', { service: '1s999', action: 'upgrade' }],
    ['/simulator/services', { environment: 'Default', stack: 'shop', service: {} }],
  ])('says what is wrong with %s %j', async (path, body) => {
    const answer = await rig.post(path, body);

    expect(answer.status).toBe(400);
    expect(answer.body.message).toEqual(expect.any(String));
  });

  it('lets somebody act, and says what Rancher would say when it is refused', async () => {
    const act = { actor: 'alice', service: '1s7' };

    const upgrade = await rig.post('/simulator/act', { ...act, action: 'upgrade', image: 'acme/web:2' });
    const finish = await rig.post('/simulator/act', { ...act, action: 'finishupgrade' });

    expect(upgrade.body).toMatchObject({ state: 'upgrading', image: 'docker:acme/web:2' });
    expect([finish.status, finish.body.message]).toEqual([422, '422 ActionNotAvailable action']);
  });

  it('shows the journal without being in it', async () => {
    await rig.get('/ping');

    const { body } = await rig.get('/simulator/journal');

    expect(body.requests.map((entry: { path: string }) => entry.path)).toEqual(['/ping']);
  });

  it('tells where it is and which keys it has', async () => {
    const { body } = await rig.get('/simulator');

    expect(body.url).toBe(rig.simulator.url);
    expect(body.environments[0]).toEqual({ id: '1a5', name: 'Default', state: 'active', services: 3 });
    expect(body.keys[0]).toMatchObject({ access: 'env', kind: 'environment', environments: ['Default'] });
  });
});

describe(readFleet.name, () => {
  it('reads YAML and JSON alike', () => {
    const yaml = readFleet(
      'environments:\n  - name: A\n    stacks:\n      - { name: s, services: [{ name: w, image: a }] }',
    );
    const json = readFleet(JSON.stringify(yaml));

    expect(json).toEqual(yaml);
    expect(yaml.environments[0]?.stacks[0]?.services[0]).toMatchObject({ name: 'w', image: 'a' });
  });

  it.each([
    ['- 1', 'fleet must be an object.'],
    ['environments: 1', 'fleet.environments must be a list.'],
    ['environments: [{}]', 'fleet.environments[0].name must be text.'],
    ['keys: [{ access: a, secret: b, kind: king }]', 'fleet.keys[0].kind must be one of'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => readFleet(text)).toThrow(message);
  });
});
