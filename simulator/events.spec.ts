import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

const SUBSCRIBE = '/subscribe?eventNames=resource.change';
const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

describe('the event socket', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('answers an empty list to a plain GET (check 69)', async () => {
    const answer = await rig.get(P + SUBSCRIBE);

    expect(answer).toMatchObject({ status: 200, body: { type: 'collection', data: [] } });
  });

  it.each([
    ['a wrong key', P + SUBSCRIBE, 'env:wrong', 401, 'Unauthorized'],
    ['no key', P + SUBSCRIBE, null, 401, 'Unauthorized'],
    ['the key of another environment', `/v2-beta/projects/1a6${SUBSCRIBE}`, 'env', 403, 'Forbidden'],
    ['an unknown environment', `/v2-beta/projects/1a999${SUBSCRIBE}`, 'env', 403, 'Forbidden'],
    ['an admin at the base (check 71)', `/v2-beta${SUBSCRIBE}`, 'admin', 404, 'Not Found'],
    ['a user at the base (check 71)', `/v2-beta${SUBSCRIBE}`, 'user', 404, 'Not Found'],
  ])('refuses %s before the upgrade (check 70)', async (_, path, key, status, code) => {
    const answer = await rig.get(path, { key, headers: HANDSHAKE });

    expect(answer).toMatchObject({ status, body: { type: 'error', status, code } });
    expect(answer.headers['x-api-schemas']).toMatch(/\/schemas$/);
    expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401);
    expect(rig.simulator.journal.requests).toMatchObject([{ status }]);
  });

  it('keeps the challenge from those whose connection is exactly an upgrade', async () => {
    const headers = { ...HANDSHAKE, connection: 'upgrade' };

    const answer = await rig.get(P + SUBSCRIBE, { key: null, headers });

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('answers any other path as if no websocket had been asked for', async () => {
    const answer = await rig.get(`${P}/services/1s7`, { headers: HANDSHAKE });

    expect(answer).toMatchObject({ status: 200, body: { id: '1s7' } });
  });

  it.each([
    ['an environment key', P + SUBSCRIBE, 'env', {}],
    ['an environment key at the base (check 71)', `/v2-beta${SUBSCRIBE}`, 'env', {}],
    ['a service account at the base', `/v2-beta${SUBSCRIBE}`, 'account', {}],
    ['a member', P + SUBSCRIBE, 'user', {}],
    ['a reader', P + SUBSCRIBE, 'reader', {}],
    ['an admin', P + SUBSCRIBE, 'admin', {}],
    [
      'an admin who names the environment in a header',
      `/v2-beta${SUBSCRIBE}`,
      'admin',
      { 'X-API-Project-Id': '1a5' },
    ],
    ['an admin who names it in the query', `/v2-beta${SUBSCRIBE}&projectId=1a5`, 'admin', {}],
    ['the form of the web page', `${P}${SUBSCRIBE}&limit=-1&sockId=1`, 'env', {}],
    ['v1', `/v1/projects/1a5${SUBSCRIBE}`, 'env', {}],
  ])('lets %s in, and tells of its environment alone (check 75)', async (_, path, key, headers) => {
    const reader = await rig.listen(path, { key, headers });

    rig.simulator.as('alice').scale(rig.service('1s8'), 2);
    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(1000);
    const changes = await reader.changes('service');

    expect(changes.map(({ resourceId }) => resourceId)).toEqual(['1s7']);
    expect(reader.headers).toMatchObject({ 'x-api-account-id': '1a5', 'content-type': 'text/plain' });
    expect(rig.simulator.journal.requests).toMatchObject([{ status: 101 }]);
  });

  it('pings first after five seconds, and every five seconds from then on (check 72)', async () => {
    const reader = await rig.listen();

    rig.clock.advance(4999);
    const early = [...(await reader.heard())];
    rig.clock.advance(5001);
    const frames = await reader.heard();

    expect(early).toEqual([]);
    expect(frames).toHaveLength(2);
    expect(Object.keys(frames[0])).toEqual(['id', 'name', 'resourceId', 'resourceType', 'data', 'time']);
    expect(frames[1]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'ping',
      resourceId: null,
      resourceType: null,
      data: { options: {}, resources: [] },
      time: rig.clock.now(),
    });
  });

  it.each([
    ['no names', '/subscribe'],
    ['another name', '/subscribe?eventNames=service.change'],
    ['a name that is none', '/subscribe?eventNames=foo%20bar'],
  ])('has nothing but pings for who asks for %s (check 73)', async (_, path) => {
    const reader = await rig.listen(P + path);

    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(5000);

    expect(await reader.heard()).toMatchObject([{ name: 'ping' }]);
  });

  it.each(['resource.*', '*', 'resource.change;account=6', 'x&eventNames=resource.change'])(
    'takes the event name %s for changes of its own environment',
    async (name) => {
      const reader = await rig.listen(`${P}/subscribe?eventNames=${name}`);

      rig.simulator.as('alice').scale(rig.service('1s7'), 3);
      rig.clock.advance(1000);

      expect(await reader.changes('service')).toMatchObject([{ name: 'resource.change', resourceId: '1s7' }]);
    },
  );

  it('gathers what changes within a second into one frame with the resource as GET answers it (check 74)', async () => {
    const reader = await rig.listen();
    const { fleet } = rig.simulator;

    rig.simulator.as('alice').upgrade(fleet.service('1s7'), 'acme/web:2.0.0');
    rig.clock.advance(999);
    const early = await reader.changes('service');
    rig.clock.advance(1);
    const frames = await reader.changes('service');
    const got = await rig.get(`${P}/services/1s7`);

    expect(early).toEqual([]);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ name: 'resource.change', resourceId: '1s7', resourceType: 'service' });
    expect(frames[0].data).toEqual({ resource: got.body });
    expect(got.body.state).toBe('upgrading');
  });

  it.each([
    ['env', P],
    ['account', P],
    ['reader', P],
    ['admin', P],
    ['env', '/v2-beta'],
    ['env', '/v1/projects/1a5'],
  ])('shows %s on %s every kind of resource as GET shows it', async (key, prefix) => {
    const reader = await rig.listen(prefix + SUBSCRIBE, { key });
    const v1 = prefix.startsWith('/v1');
    const collections: Record<string, string> = {
      service: 'services',
      container: 'containers',
      stack: 'stacks',
    };

    rig.simulator.as('alice').upgrade(rig.service('1s7'), 'acme/web:2.0.0');
    rig.simulator.fleet.addService('Default', 'shop', { name: 'new', id: '1s30', image: 'a/b:1' });
    rig.clock.advance(1000);
    const changes = await reader.changes();

    const types = new Set(changes.map(({ resourceType }) => resourceType));
    expect(types).toEqual(new Set(['container', 'service', ...(v1 ? [] : ['stack'])]));
    for (const { resourceId, resourceType, data } of changes) {
      const got = await rig.get(`${prefix}/${collections[resourceType]}/${resourceId}`, { key });
      expect(data.resource).toEqual(got.body);
    }
    const containers = changes.filter(({ resourceType }) => resourceType === 'container');
    expect(new Set(containers.map(({ data }) => data.resource.serviceIds[0]))).toEqual(
      new Set(['1s7', '1s30']),
    );
  });

  it('shows the end of what is removed: one frame with state removed, for containers too (check 76)', async () => {
    const reader = await rig.listen();
    const [container] = rig.service('1s7').instances;

    rig.simulator.as('alice').remove(rig.service('1s7'));
    rig.clock.advance(5000);
    const last = (await reader.changes('service')).at(-1);
    const got = await rig.get(`${P}/services/1s7`);

    expect(await reader.states('1s7')).toEqual(['removing', 'removed']);
    expect(last.data.resource).toEqual(got.body);
    expect(await reader.states(`1i${container?.id}`)).toEqual(['removed']);
  });

  it('leaves out a removing that does not last a second (check 76)', async () => {
    const quick = await Rig.start({ settings: { removeMs: 500 } });
    const reader = await quick.listen();

    quick.simulator.as('alice').remove(quick.service('1s7'));
    quick.clock.advance(3000);
    const states = await reader.states('1s7');
    await quick.close();

    expect(states).toEqual(['removed']);
  });

  it('names a load balancer by its own type (check 77)', async () => {
    const reader = await rig.listen();

    rig.simulator.as('alice').scale(rig.service('1s9'), 1);
    rig.clock.advance(1000);

    expect(await reader.changes('loadBalancerService')).toMatchObject([
      { resourceId: '1s9', data: { resource: { baseType: 'service', type: 'loadBalancerService' } } },
    ]);
  });

  it('nests what was asked for, and moves the actions out of the resource where that was asked for', async () => {
    const nested = await rig.listen(`${P}${SUBSCRIBE}&include=stack`);
    const moved = await rig.listen(`${P}${SUBSCRIBE}&_actionLinks=true`);

    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(1000);
    const [withStack] = await nested.changes('service');
    const [withLinks] = await moved.changes('service');

    expect(withStack.data.resource.stack).toMatchObject({ id: '1st3', type: 'stack' });
    expect(withLinks.data.resource).not.toHaveProperty('actions');
    expect(withLinks.data.actionLinks.deactivate).toMatch(/services\/1s7\/\?action=deactivate$/);
  });

  it('tells of a stack when the health of one of its services turns', async () => {
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'api',
      id: '1s21',
      image: 'a/api:1',
      healthCheck: true,
    });
    const reader = await rig.listen();
    rig.simulator.faults.add({ kind: 'healthy-after', service: 'api', ms: 5000 });

    rig.simulator.as('alice').upgrade(rig.service('1s21'), 'a/api:2');
    rig.until('1s21', 'upgraded');
    rig.clock.advance(1000);
    const stacks = await reader.changes('stack');

    expect(stacks.map(({ data }) => data.resource.healthState)).toEqual(['degraded', 'healthy']);
  });

  it('closes a socket after twelve hours (check 79)', async () => {
    const long = await Rig.start({ settings: { pingMs: 3_600_000 } });
    const reader = await long.listen();

    long.clock.advance(12 * 3_600_000 - 1);
    await reader.heard();
    const before = reader.socket.readyState;
    long.clock.advance(1);
    const { code } = await reader.ended;
    await long.close();

    expect(before).toBe(reader.socket.OPEN);
    expect(code).toBe(1005);
  });

  it('drops a reader who takes nothing for a second (check 79)', async () => {
    const reader = await rig.listen();
    reader.socket.pause();
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'big',
      id: '1s40',
      image: 'a/b:1',
      description: 'x'.repeat(30_000_000),
    });

    rig.clock.advance(1000);
    rig.clock.advance(1000);
    await new Promise(setImmediate);
    reader.socket.resume();
    const { code } = await reader.ended;

    expect(code).toBe(1006);
  });

  it('drops a reader who is more than a hundred messages behind (check 79)', async () => {
    const reader = await rig.listen();
    reader.socket.pause();
    const { fleet } = rig.simulator;
    fleet.addService('Default', 'shop', { name: 'big', image: 'a/b:1', description: 'x'.repeat(30_000_000) });
    for (let number = 0; number < 60; number += 1) {
      fleet.addService('Default', 'shop', { name: `s${number}`, image: 'a/b:1' });
    }

    rig.clock.advance(1000);
    reader.socket.resume();
    const { code } = await reader.ended;

    expect(code).toBe(1006);
    expect(rig.simulator.traffic.report()).toMatchObject({ sockets: { open: 0, opened: 1 } });
  });

  it('goes on telling when the key is switched off or taken away (check 80)', async () => {
    const off = await rig.listen();
    const gone = await rig.listen(undefined, { key: 'user' });

    rig.simulator.fleet.setKeyActive('env', false);
    rig.simulator.fleet.removeKey('user');
    const answers = await Promise.all(['env', 'user'].map((key) => rig.get(`${P}/services`, { key })));
    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(1000);

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(await off.changes('service')).toHaveLength(1);
    expect(await gone.changes('service')).toHaveLength(1);
  });

  it('has nothing but pings while the account is not active (check 80)', async () => {
    const reader = await rig.listen(undefined, { key: 'user' });

    rig.simulator.fleet.setAccountActive('user', false);
    const answer = await rig.get(`${P}/services`, { key: 'user' });
    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(5000);
    const heard = [...(await reader.heard())];
    rig.simulator.fleet.setAccountActive('user', true);
    rig.simulator.as('alice').scale(rig.service('1s7'), 2);
    rig.clock.advance(1000);

    expect(answer.status).toBe(401);
    expect(heard.map(({ name }) => name)).toEqual(['ping']);
    expect(await reader.changes('service')).toHaveLength(1);
  });

  it.each(['env', 'admin'])(
    'has nothing but pings for %s while the environment is not active (check 80)',
    async (key) => {
      const reader = await rig.listen(undefined, { key });

      rig.simulator.fleet.setEnvironmentState('Default', 'inactive');
      rig.simulator.as('alice').scale(rig.service('1s7'), 3);
      rig.clock.advance(10_000);

      expect((await reader.heard()).map(({ name }) => name)).toEqual(['ping', 'ping']);

      rig.simulator.fleet.setEnvironmentState('Default', 'active');
      rig.clock.advance(1000);
      const got = await rig.get('/v2-beta/projects/1a5', { key });

      const projects = await reader.changes('project');
      expect(projects.map(({ data }) => data)).toEqual([{ resource: got.body }]);
    },
  );

  it('says logout and closes when the token of the web page is deleted (check 80)', async () => {
    const reader = await rig.listen(undefined, { key: 'user' });
    const other = await rig.listen();

    rig.simulator.logOut('user');
    await reader.ended;

    expect(reader.frames).toEqual([{ name: 'logout' }]);
    expect(await other.heard()).toEqual([]);
  });

  it('renders nothing for a fleet that nobody listens to, and forgets a reader who has gone', async () => {
    const reader = await rig.listen();
    reader.socket.close();
    await reader.ended;
    const other = await rig.listen(`/v2-beta/projects/1a6${SUBSCRIBE}`, { key: 'admin' });

    rig.simulator.as('alice').scale(rig.service('1s7'), 3);
    rig.clock.advance(60_000);

    expect((await other.changes()).length).toBe(0);
    expect(rig.simulator.traffic.report()).toMatchObject({
      sockets: { open: 1, opened: 2 },
      frames: { ping: { count: 12 } },
    });
  });
});
