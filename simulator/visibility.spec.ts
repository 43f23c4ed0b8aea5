import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Json } from './testing/json.js';
import { P, Rig, type Answer } from './testing/rig.js';

function ids({ body }: Answer): readonly string[] {
  return body.data.map((row: Json) => row.id);
}

describe('what each kind of key sees', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it.each(['env', 'account'])('lists the one account of %s: its environment', async (key) => {
    const answer = await rig.get('/v1/accounts', { key });

    expect(ids(answer)).toEqual(['1a5']);
    expect(answer.body.data[0]).toMatchObject({ type: 'project', baseType: 'account', kind: 'project' });
  });

  it('lists a user’s own account, and every account for the admin', async () => {
    const user = await rig.get('/v1/accounts', { key: 'user' });
    const admin = await rig.get('/v1/accounts', { key: 'admin' });
    const projects = await rig.get('/v1/accounts?kind=project', { key: 'admin' });

    expect(user.body.data).toHaveLength(1);
    expect(user.body.data[0].kind).toBe('user');
    const kinds = new Set(admin.body.data.map((row: Json) => row.kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['admin', 'project', 'user', 'agent']));
    expect(ids(projects)).toEqual(['1a5', '1a6']);
  });

  it.each([
    ['env', '', ['1a5']],
    ['account', '', ['1a5']],
    ['user', '', ['1a5']],
    ['user', '?all=true', ['1a5']],
    ['admin', '', ['1a6']],
    ['admin', '?all=true', ['1a5', '1a6']],
  ])('lists the projects of %s%s, unpaged', async (key, query, projects) => {
    const answer = await rig.get(`/v2-beta/projects${query}`, { key });

    expect(ids(answer)).toEqual(projects);
    expect(answer.body).toMatchObject({ pagination: null, sort: null, filters: {}, sortLinks: {} });
  });

  it.each([
    ['env', ['1s7', '1s9', '1s10']],
    ['account', ['1s7', '1s9', '1s10']],
    ['user', []],
    ['admin', ['1s7', '1s8', '1s9', '1s10']],
  ])('lists un-scoped services for %s', async (key, services) => {
    const answer = await rig.get('/v1/services', { key });

    expect(ids(answer)).toEqual(services);
    expect(answer.body.resourceType).toBe('environment');
  });

  it('shows readers neither actions nor environment variables', async () => {
    const config = { environment: { A: 'b' } };
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'env',
      id: '1s20',
      image: 'a/b:1',
      launchConfig: config,
    });

    const service = await rig.get(`${P}/services/1s20`, { key: 'reader' });
    const upgrade = await rig.act('upgrade', '1s20', {}, 'reader');

    expect(service.body.actions).toEqual({});
    expect(service.body.launchConfig).not.toHaveProperty('environment');
    expect([upgrade.status, upgrade.body.code, upgrade.body.fieldName]).toEqual([
      422,
      'InvalidAction',
      'action',
    ]);
  });

  it('offers restricted members nothing on system services', async () => {
    rig.simulator.fleet.addService('Default', 'infra', {
      name: 'net',
      id: '1s21',
      image: 'a/b:1',
      system: true,
    });
    rig.simulator.fleet.addKey({
      access: 'carol',
      secret: 's',
      kind: 'user',
      role: 'restricted',
      environments: ['Default'],
    });

    const restricted = await rig.get(`${P}/services/1s21`, { key: 'carol' });
    const owner = await rig.get(`${P}/services/1s21`, { key: 'user' });

    expect(restricted.body.actions).toEqual({});
    expect(Object.keys(owner.body.actions)).toContain('upgrade');
  });

  it('hides secrets from a service account, whose upgrade then loses them', async () => {
    const seen = await rig.get(`${P}/services/1s7`, { key: 'account' });
    const instances = await rig.get(`${P}/services/1s7/instances`, { key: 'account' });
    const schema = await rig.get(`${P}/schemas/launchConfig`, { key: 'account' });
    const secret = await rig.get(`${P}/schemas/secret`, { key: 'account' });

    await rig.act(
      'upgrade',
      '1s7',
      { inServiceStrategy: { launchConfig: seen.body.launchConfig } },
      'account',
    );
    rig.until('web', 'upgraded');
    const after = await rig.get(`${P}/services/1s7`);

    expect(seen.body.launchConfig).not.toHaveProperty('secrets');
    expect(instances.body.data[0]).not.toHaveProperty('secrets');
    expect(instances.body.data[0].dataVolumeMounts).toHaveProperty('/run/secrets');
    expect(schema.body.resourceFields).not.toHaveProperty('secrets');
    expect(secret.status).toBe(404);
    expect(after.body.launchConfig).not.toHaveProperty('secrets');
    expect(after.body.upgrade.inServiceStrategy.previousLaunchConfig.secrets).toHaveLength(1);
  });

  it('gives secrets back when a service account’s upgrade is rolled back', async () => {
    const { body } = await rig.get(`${P}/services/1s7`, { key: 'account' });
    await rig.act('upgrade', '1s7', { inServiceStrategy: { launchConfig: body.launchConfig } }, 'account');
    rig.until('web', 'upgraded');

    await rig.act('rollback', '1s7', undefined, 'account');
    rig.until('web', 'active');

    expect((await rig.get(`${P}/services/1s7`)).body.launchConfig.secrets).toHaveLength(1);
  });

  it('has nothing to say about services of other environments', async () => {
    const byId = await rig.get('/v2-beta/services/1s8');
    const scoped = await rig.get(`${P}/services/1s8`);
    const action = await rig.act('upgrade', '1s8', {});

    expect([byId.status, scoped.status, action.status]).toEqual([404, 404, 404]);
  });

  it('shows the admin more fields where no environment is chosen', async () => {
    const everything = await rig.get('/v2-beta/services/1s7', { key: 'admin' });
    const scoped = await rig.get(`${P}/services/1s7`, { key: 'admin' });

    expect(everything.body).toHaveProperty('removeTime');
    expect(scoped.body).not.toHaveProperty('removeTime');
  });

  it('answers an empty list to a plain GET of subscribe, and 404 to people at the base', async () => {
    const env = await rig.get(`${P}/subscribe?eventNames=resource.change`);
    const user = await rig.get('/v2-beta/subscribe?eventNames=resource.change', { key: 'user' });

    expect([env.status, env.body.data]).toEqual([200, []]);
    expect(user.status).toBe(404);
  });
});
