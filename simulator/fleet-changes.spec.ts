import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Reader } from './testing/reader.js';
import { P, Rig } from './testing/rig.js';

describe('changes of the fleet', () => {
  let rig: Rig;
  let reader: Reader;

  beforeEach(async () => {
    rig = await Rig.start();
    reader = await rig.listen();
  });

  afterEach(() => rig.close());

  /** What is heard of what has just been done: the last state of each resource. */
  async function heard(): Promise<Record<string, Record<string, unknown>>> {
    rig.clock.advance(1000);
    const changes = await reader.changes();
    return Object.fromEntries(changes.map(({ resourceId, data }) => [resourceId, data.resource]));
  }

  const names = async (path: string, key = 'env'): Promise<readonly string[]> => {
    const { body } = await rig.get(path, { key });
    return (body.data ?? []).map(({ name }: { name: string }) => name);
  };

  it('tells of a service that is added, of its stack and of its containers', async () => {
    rig.simulator.fleet.addService('Default', 'fresh', { name: 'new', id: '1s50', image: 'a/b:1' });

    const told = await heard();

    expect(told['1s50']).toMatchObject({ type: 'service', state: 'active', name: 'new' });
    expect(Object.values(told)).toContainEqual(
      expect.objectContaining({ type: 'stack', name: 'fresh', serviceIds: ['1s50'] }),
    );
    expect(Object.values(told)).toContainEqual(
      expect.objectContaining({ type: 'container', serviceIds: ['1s50'] }),
    );
  });

  it('tells of a service that is removed at once, and still shows it by its id', async () => {
    rig.simulator.fleet.removeService(rig.service('1s7'));

    const told = await heard();
    const got = await rig.get(`${P}/services/1s7`);

    expect(told['1s7']).toEqual(got.body);
    expect(got.body).toMatchObject({ state: 'removed', removed: expect.any(String) });
    expect(told['1st3']).toMatchObject({ serviceIds: ['1s9', '1s10'] });
    expect(await names(`${P}/services`)).toEqual(['lb', 'alias']);
  });

  it('tells of a service that is purged', async () => {
    rig.simulator.fleet.purgeService(rig.service('1s7'));

    const told = await heard();
    const got = await rig.get(`${P}/services/1s7`);

    expect(told['1s7']).toMatchObject({ state: 'removed' });
    expect(got.status).toBe(404);
  });

  it('tells of a service that is renamed, and finds it under its new name alone', async () => {
    const before = await rig.get(`${P}/services/1s7/instances`);
    rig.simulator.fleet.renameService(rig.service('1s7'), 'site');

    const told = await heard();
    const after = await rig.get(`${P}/services/1s7/instances`);

    expect(told['1s7']).toMatchObject({ name: 'site' });
    expect(rig.simulator.fleet.service('Default', 'shop', 'site').ref).toBe('1s7');
    expect(rig.simulator.fleet.findService('Default', 'shop', 'web')).toBeUndefined();
    expect(after.body.data).toEqual(before.body.data);
  });

  it('tells of an image that somebody else has put in', async () => {
    const before = rig.service('1s7').version;
    rig.simulator.fleet.setImage(rig.service('1s7'), 'acme/web:3.0.0');

    const told = await heard();

    expect(told['1s7']).toMatchObject({
      state: 'active',
      healthState: 'healthy',
      launchConfig: { imageUuid: 'docker:acme/web:3.0.0' },
      upgrade: { inServiceStrategy: { previousLaunchConfig: { imageUuid: 'docker:acme/web:1.0.0' } } },
    });
    expect(rig.service('1s7').version).not.toBe(before);
    expect(rig.service('1s7').instances.map(({ version }) => version)).toEqual(
      Array.from({ length: 2 }, () => rig.service('1s7').version),
    );
    expect(rig.simulator.journal.changes.at(-1)).toMatchObject({
      service: '1s7',
      to: 'active',
      actor: 'fleet',
    });
  });

  it('leaves a stopped service stopped, whatever image is put in', async () => {
    rig.simulator.as('alice').deactivate(rig.service('1s7'));
    rig.until('1s7', 'inactive');

    rig.simulator.fleet.setImage(rig.service('1s7'), 'acme/web:3.0.0');

    expect(rig.service('1s7')).toMatchObject({
      state: 'inactive',
      image: 'docker:acme/web:3.0.0',
      instances: [],
    });
  });

  it('tells of stacks that are added and renamed', async () => {
    const stack = rig.simulator.fleet.addStack('Default', 'empty');
    rig.simulator.fleet.renameStack(rig.simulator.fleet.stack('1st3'), 'store');

    const told = await heard();

    expect(told[`1st${stack.id}`]).toMatchObject({ type: 'stack', name: 'empty', serviceIds: [] });
    expect(told['1st3']).toMatchObject({ name: 'store' });
    expect(await names(`${P}/stacks`)).toEqual(['store', 'empty']);
    expect(rig.simulator.fleet.service('Default', 'store', 'web').ref).toBe('1s7');
  });

  it('tells of an environment that is renamed; its keys and members stay', async () => {
    rig.simulator.fleet.renameEnvironment('Default', 'Live');

    const told = await heard();

    expect(told['1a5']).toMatchObject({ type: 'project', name: 'Live' });
    expect(await names('/v2-beta/projects')).toEqual(['Live']);
    expect(await names('/v2-beta/projects', 'user')).toEqual(['Live']);
  });

  it('shuts out whoever belongs to an environment that is removed, also when one of its name comes', async () => {
    rig.simulator.fleet.removeEnvironment('Default');
    rig.simulator.fleet.addEnvironment({
      name: 'Default',
      stacks: [{ name: 'shop', services: [{ name: 'web', image: 'acme/web:9' }] }],
    });
    rig.clock.advance(5000);

    const env = await rig.get('/v2-beta/projects');
    const user = await rig.get(`${P}/services`, { key: 'user' });
    const frames = await reader.heard();

    expect([env.status, user.status]).toEqual([401, 403]);
    expect(await names('/v2-beta/projects', 'user')).toEqual([]);
    expect(await names('/v2-beta/projects?all=true', 'admin')).toEqual(['Prod', 'Default']);
    expect(frames.map(({ name }) => name)).toEqual(['ping']);
    expect(rig.simulator.fleet.services().map(({ ref }) => ref)).not.toContain('1s7');
    expect(rig.simulator.fleet.service('Default', 'shop', 'web').image).toBe('docker:acme/web:9');
  });

  it('makes somebody a member of an environment', async () => {
    rig.simulator.fleet.setMemberships('user', ['Default', 'Prod']);

    expect(await names('/v2-beta/projects', 'user')).toEqual(['Default', 'Prod']);
  });

  it('does all of it by the control route', async () => {
    const put = async (path: string, body: object) =>
      (await rig.send('PUT', `/simulator/${path}`, { body })).body;
    const post = async (path: string, body: object) => (await rig.post(`/simulator/${path}`, body)).body;

    const environment = await post('environments', { name: 'Test', id: '1a77', stacks: [] });
    const stack = await post('stacks', { environment: 'Test', name: 'one' });
    const service = await post('services', {
      environment: 'Test',
      stack: 'one',
      service: { name: 'w', image: 'a/b:1' },
    });
    await put(`stacks/${stack.id}`, { name: 'two' });
    const changed = await put(`services/${service.id}`, { name: 'v', image: 'a/b:2' });
    const renamed = await put('environments/Test', { name: 'Trial', state: 'inactive' });
    const removed = await put(`services/${service.id}`, { state: 'removed' });
    await put('keys/env', { active: false, environments: ['Prod'] });
    const off = await rig.get('/v2-beta/projects');
    await put('keys/env', { active: true, account: false });
    const shut = await rig.get('/v2-beta/projects');
    await put('keys/env', { account: true });
    const on = await rig.get('/v2-beta/projects');
    const logout = await post('logout', { key: 'env' });
    const gone = await rig.send('DELETE', '/simulator/environments/Trial');
    const { body } = await rig.get('/simulator/services');

    expect(environment).toEqual({ id: '1a77', name: 'Test', state: 'active' });
    expect(stack).toMatchObject({ name: 'one', environment: 'Test' });
    expect(changed).toMatchObject({ stack: 'two', name: 'v', image: 'docker:a/b:2', state: 'active' });
    expect(renamed).toEqual({ id: '1a77', name: 'Trial', state: 'inactive' });
    expect(removed).toMatchObject({ environment: 'Trial', state: 'removed' });
    expect([off, shut, on, gone].map(({ status }) => status)).toEqual([401, 401, 200, 200]);
    expect(logout).toEqual({ closed: 1 });
    expect(body.services.map(({ id }: { id: string }) => id)).toEqual(['1s7', '1s9', '1s10', '1s8']);
  });

  it.each([
    ['PUT', 'stacks/1st999', { name: 'x' }, 'There is no stack 1st999.'],
    ['PUT', 'environments/Nowhere', { name: 'x' }, 'There is no environment Nowhere.'],
    ['PUT', 'environments/Default', { name: 'Prod' }, 'The name Prod is taken.'],
    ['PUT', 'services/1s7', { name: 'lb' }, 'The name lb is taken.'],
    ['PUT', 'services/1s7', { state: 'active' }, 'body.state must be one of removed.'],
    ['PUT', 'services/1s7', {}, 'The body says nothing to change.'],
    ['PUT', 'keys/nobody', { active: true }, 'There is no key nobody.'],
    ['POST', 'stacks', { environment: 'Default', name: 'shop' }, 'The name shop is taken.'],
    ['DELETE', 'environments/Nowhere', undefined, 'There is no environment Nowhere.'],
  ])('refuses %s %s %j', async (method, path, body, message) => {
    const answer = await rig.send(method, `/simulator/${path}`, { body });

    expect(answer).toMatchObject({ status: 400, body: { message } });
  });

  it('has no other routes', async () => {
    expect((await rig.send('PATCH', '/simulator/services/1s7')).status).toBe(404);
  });
});
