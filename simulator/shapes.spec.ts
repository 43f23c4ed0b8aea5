import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

const SERVICE_FIELDS = `id type links actions baseType name state accountId assignServiceIpAddress createIndex created
  createdTS currentScale description externalId fqdn healthState instanceIds kind launchConfig lbConfig linkedServices
  metadata publicEndpoints removed retainIp scale scalePolicy secondaryLaunchConfigs selectorContainer selectorLink
  stackId startOnCreate system transitioning transitioningMessage transitioningProgress upgrade uuid vip`;

describe('shapes of resources', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('sends all fields of a service in order, nulls included', async () => {
    const { body } = await rig.get(`${P}/services/1s7`);

    expect(Object.keys(body)).toEqual(SERVICE_FIELDS.split(/\s+/));
    expect(body).toMatchObject({
      lbConfig: null,
      upgrade: null,
      transitioningMessage: null,
      transitioning: 'no',
    });
    expect(body.launchConfig).toMatchObject({
      type: 'launchConfig',
      version: '0',
      imageUuid: 'docker:acme/web:1.0.0',
    });
  });

  it('adds the stack’s old name and link on v1', async () => {
    const { body } = await rig.get('/v1/projects/1a5/services/1s7');

    expect(body).toMatchObject({ environmentId: '1e3', stackId: '1st3' });
    expect(body.links.environment).toBe(`${rig.simulator.url}/v1/projects/1a5/environment/1e3`);
    expect(body.links).not.toHaveProperty('stack');
  });

  it('has the stack’s link and no environment on v2-beta', async () => {
    const { body } = await rig.get(`${P}/services/1s7`);

    expect(body).not.toHaveProperty('environmentId');
    expect(body.links.stack).toBe(`${rig.simulator.url}${P}/services/1s7/stack`);
  });

  it('shows a load balancer under its own type, in lower-case links', async () => {
    const { body } = await rig.get(`${P}/services/1s9`);

    expect(body).toMatchObject({
      type: 'loadBalancerService',
      kind: 'loadBalancerService',
      baseType: 'service',
    });
    expect(body.links.self).toBe(`${rig.simulator.url}${P}/loadbalancerservices/1s9`);
  });

  it('shows a dns service with an empty launchConfig and without a scale', async () => {
    const { body } = await rig.get(`${P}/services/1s10`);

    expect(body.launchConfig).toEqual({ type: 'launchConfig' });
    expect(body).not.toHaveProperty('scale');
  });

  it.each(['1a7', '1e7', '1s7'])('finds service 7 under the letters of %s', async (id) => {
    const { body } = await rig.get(`${P}/services/${id}`);

    expect(body.id).toBe('1s7');
  });

  it.each(['1s999', 'foo'])('does not find service %s', async (id) => {
    expect((await rig.get(`${P}/services/${id}`)).status).toBe(404);
  });

  it('writes action links with a slash before the question mark', async () => {
    const { body } = await rig.get(`${P}/services/1s7`);

    expect(body.actions.upgrade).toBe(`${rig.simulator.url}${P}/services/1s7/?action=upgrade`);
    expect(Object.keys(body.actions)).toEqual([
      'upgrade',
      'restart',
      'update',
      'remove',
      'deactivate',
      'removeservicelink',
      'addservicelink',
      'setservicelinks',
    ]);
  });

  it('renames actions for those who ask by header, not by query', async () => {
    const header = await rig.get(`${P}/services/1s7`, { headers: { 'X-API-Action-Links': 'true' } });
    const query = await rig.get(`${P}/services/1s7?_actionLinks=true`);

    expect(header.body).not.toHaveProperty('actions');
    expect(header.body.actionLinks.upgrade).toContain('action=upgrade');
    expect(query.body).not.toHaveProperty('actionLinks');
  });

  it('shows the same stack as stack and, on v1, as environment', async () => {
    const stack = await rig.get(`${P}/stacks/1st3`);
    const environment = await rig.get('/v1/projects/1a5/environments/1e3');

    expect(stack.body).toMatchObject({ type: 'stack', id: '1st3', serviceIds: ['1s7', '1s9', '1s10'] });
    expect(environment.body).toMatchObject({
      type: 'environment',
      id: '1e3',
      kind: 'environment',
      serviceIds: null,
    });
  });

  it('shows a project as an account, with other fields on v1', async () => {
    const current = await rig.get('/v2-beta/projects/1a5');
    const old = await rig.get('/v1/projects/1a5');

    expect(current.body).toMatchObject({
      type: 'project',
      baseType: 'account',
      orchestration: 'cattle',
      version: '2',
    });
    expect(old.body).toMatchObject({ type: 'project', kubernetes: false, swarm: false });
  });

  it('shows containers with what they run', async () => {
    const { body } = await rig.get(`${P}/services/1s7/instances`);

    expect(body.resourceType).toBe('instance');
    expect(body.data[0]).toMatchObject({
      type: 'container',
      baseType: 'instance',
      name: 'shop-web-1',
      state: 'running',
      imageUuid: 'docker:acme/web:1.0.0',
      version: '0',
      healthState: null,
      startCount: 1,
      createIndex: 1,
      externalId: expect.stringMatching(/^[0-9a-f]{64}$/),
      dataVolumeMounts: { '/run/secrets': expect.any(String) },
      labels: expect.objectContaining({ 'io.rancher.stack_service.name': 'shop/web', team: 'shop' }),
      serviceIds: ['1s7'],
    });
    expect(body.data[0]).toHaveProperty('createdTS');
  });

  it('answers a container and the stack by their links', async () => {
    const [instance] = (await rig.get(`${P}/services/1s7/instances`)).body.data;

    const container = await rig.get(new URL(instance.links.self).pathname);
    const stack = await rig.get(`${P}/services/1s7/stack`);

    expect(container.body).toEqual(instance);
    expect(stack.body.id).toBe('1st3');
  });

  it('shows the files that a stack was made from', async () => {
    const stacks = [
      { name: 'made', dockerCompose: 'web: {}', rancherCompose: 'web: {scale: 2}', services: [] },
      { name: 'clicked', services: [] },
    ];
    const keys = [{ access: 'env', secret: 's', kind: 'environment', environment: 'A' }] as const;
    const plain = await Rig.start({ fleet: { environments: [{ name: 'A', stacks }], keys } });
    const { body } = await plain.get(`${P}/stacks`);
    await plain.close();

    expect(body.data).toMatchObject([
      { name: 'made', dockerCompose: 'web: {}', rancherCompose: 'web: {scale: 2}' },
      { name: 'clicked', dockerCompose: null, rancherCompose: null },
    ]);
  });

  it('assigns ids in order where a fleet names none', async () => {
    const plain = await Rig.start({
      fleet: {
        environments: [{ name: 'A', stacks: [{ name: 's', services: [{ name: 'w', image: 'a:1' }] }] }],
      },
    });
    const { environment, stack, ref } = plain.simulator.fleet.service('A/s/w');
    await plain.close();

    expect([environment.id, stack.id, ref]).toEqual([5, 3, '1s7']);
  });
});
