import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Json } from './testing/json.js';
import { P, Rig } from './testing/rig.js';

const NOTHING_TO_UPGRADE = 'LaunchConfig/secondaryLaunchConfigs need to be specified for inService strategy';
const APP = {
  name: 'app',
  id: '1s20',
  image: 'acme/app:1',
  sidekicks: [
    { name: 'logger', image: 'acme/logger:1' },
    { name: 'proxy', image: 'acme/proxy:1', launchConfig: { networkLaunchConfig: 'app' } },
  ],
};

describe('upgrade requests', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it.each([
    ['requested', 'remove create'],
    ['registering', 'remove'],
    ['inactive', 'upgrade update remove activate'],
    ['activating', 'upgrade update remove deactivate'],
    ['active', 'upgrade restart update remove deactivate'],
    ['updating-inactive', 'remove deactivate'],
    ['updating-active', 'upgrade update remove deactivate'],
    ['deactivating', 'remove'],
    ['upgrading', 'rollback update remove cancelupgrade'],
    ['upgraded', 'rollback remove finishupgrade'],
    ['finishing-upgrade', 'update remove cancelupgrade'],
    ['canceling-upgrade', 'update remove'],
    ['canceled-upgrade', 'rollback remove continueupgrade'],
    ['rolling-back', 'update remove'],
    ['restarting', 'remove deactivate activate'],
    ['removing', ''],
  ])('offers in %s: %s', async (state, actions) => {
    rig.simulator.fleet.addService('Default', 'shop', { name: 's', id: '1s30', image: 'a/b:1', state });

    const { body } = await rig.get(`${P}/services/1s30`);

    expect(body.state).toBe(state);
    const offered = Object.keys(body.actions).filter(
      (name) => !name.endsWith('servicelink') && name !== 'setservicelinks',
    );
    expect(offered).toEqual(actions.split(' ').filter((name) => name !== ''));
  });

  it('accepts with 202, the new configuration and the state already changed', async () => {
    const { status, body } = await rig.upgrade('1s7', 'acme/web:2.0.0');

    expect(status).toBe(202);
    expect(body).toMatchObject({
      state: 'upgrading',
      transitioning: 'yes',
      transitioningMessage: 'In Progress',
      upgrade: null,
      launchConfig: { imageUuid: 'docker:acme/web:2.0.0', version: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it.each([
    ['an empty object', {}],
    ['no body', undefined],
    ['a list', '[]'],
    ['a number', '42'],
    ['both strategies null', { inServiceStrategy: null, toServiceStrategy: null }],
    ['a launchConfig at the top', { launchConfig: { imageUuid: 'docker:a:1' } }],
  ])('wants a strategy, which %s has not', async (_, request) => {
    const { status, body } = await rig.act('upgrade', '1s7', request);

    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'MissingRequired',
      message: null,
      fieldName: 'Upgrade strategy needs to be set',
    });
  });

  it.each<[string, object, string, string]>([
    ['nothing to upgrade', {}, 'InvalidOption', NOTHING_TO_UPGRADE],
    ['a null launchConfig', { launchConfig: null }, 'InvalidOption', NOTHING_TO_UPGRADE],
    ['null secondaries', sent({ secondaryLaunchConfigs: null }), 'NotNullable', 'secondaryLaunchConfigs'],
    ['a secondary without a name', sent({ secondaryLaunchConfigs: [{}] }), 'MissingRequired', 'name'],
    ['batchSize 0', sent({ batchSize: 0 }), 'MinLimitExceeded', 'batchSize'],
    ['batchSize "two"', sent({ batchSize: 'two' }), 'InvalidFormat', 'batchSize'],
    ['intervalMillis 50', sent({ intervalMillis: 50 }), 'MinLimitExceeded', 'intervalMillis'],
    ['an image without prefix', config({ imageUuid: 'acme/web:2' }), 'InvalidReference', 'imageUuid'],
    ['an empty image', config({ imageUuid: '' }), 'InvalidReference', 'imageUuid'],
    ['a number for an image', config({ imageUuid: 42 }), 'InvalidReference', 'imageUuid'],
    ['labels that are text', config({ labels: 'x' }), 'InvalidFormat', 'labels'],
    ['a null in a list', config({ ports: [null] }), 'NotNullable', 'ports'],
    ['an unknown kind', config({ kind: 'pod' }), 'InvalidOption', 'kind'],
    ['an unknown host', config({ requestedHostId: '1h99' }), 'InvalidReference', 'requestedHostId'],
    [
      'becoming global',
      config({ labels: { 'io.rancher.scheduler.global': 'true' } }),
      'InvalidOption',
      'Switching from global scale to fixed (and vice versa)',
    ],
  ])('refuses %s', async (_, inServiceStrategy, code, fieldName) => {
    const { status, body } = await rig.act('upgrade', '1s7', { inServiceStrategy });

    expect(status).toBe(422);
    expect(body).toMatchObject({ code, fieldName, message: null, detail: null });
    expect(rig.service('web').state).toBe('active');
  });

  it('refuses bad ports with a message instead of a field', async () => {
    const { body } = await rig.upgrade('1s7', 'a:1', {}, { ports: ['x:y'] });

    expect(body).toMatchObject({
      code: 'PortWrongFormat',
      message: 'the specified port spec format is wrong',
    });
    expect(body).not.toHaveProperty('fieldName');
  });

  it('refuses to start first where the address is retained', async () => {
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'r',
      id: '1s30',
      image: 'a/b:1',
      retainIp: true,
    });

    const { body } = await rig.upgrade('1s30', 'a/b:2', { startFirst: true });

    expect(body.fieldName).toBe("StartFirst option can't be used for service with retainIp field set");
  });

  it('wants a launchConfig for a load balancer', async () => {
    const { body } = await rig.act('upgrade', '1s9', {
      inServiceStrategy: { secondaryLaunchConfigs: [{ name: 'x', imageUuid: 'docker:a:1' }] },
    });

    expect(body.fieldName).toBe('LaunchConfig is required for load balancer service');
  });

  it.each(['docker:!!!', 'docker:Acme/Web:1', 'docker:', null])('accepts the image %s', async (imageUuid) => {
    expect((await rig.upgrade('1s7', 'x', {}, { imageUuid })).status).toBe(202);
  });

  it('refuses other registries than the allowed ones, and completes short names', async () => {
    const strict = await Rig.start({
      settings: { registryDefault: 'registry.example', registryWhitelist: ['registry.example'] },
    });

    const other = await strict.upgrade('1s7', 'docker.example/acme/web:2');
    const short = await strict.upgrade('1s7', 'acme/web:2');
    await strict.close();

    expect(other.body).toMatchObject({
      code: 'InvalidOption',
      message: 'The provided registry is not whitelisted',
    });
    expect(short.body.launchConfig.imageUuid).toBe('docker:registry.example/acme/web:2');
  });

  it.each(['upgrading', 'upgraded', 'finishing-upgrade', 'rolling-back', 'canceled-upgrade'])(
    'refuses an upgrade in %s',
    async (state) => {
      rig.simulator.fleet.addService('Default', 'shop', { name: 's', id: '1s30', image: 'a/b:1', state });

      const { status, body } = await rig.upgrade('1s30', 'a/b:2');

      expect([status, body.code, body.fieldName]).toEqual([422, 'ActionNotAvailable', 'action']);
    },
  );

  it.each(['bogus', 'cancelrollback', 'Upgrade'])('does not know the action %s', async (action) => {
    const { status, body } = await rig.act(action);

    expect([status, body.code, body.fieldName]).toEqual([422, 'InvalidAction', 'action']);
  });

  it.each(['1s999', 'foo'])('does not find service %s to upgrade', async (id) => {
    expect((await rig.act('upgrade', id, {})).status).toBe(404);
  });

  it('replaces the whole launchConfig, but for the schema’s defaults', async () => {
    const { body } = await rig.act('upgrade', '1s7', {
      inServiceStrategy: { launchConfig: { imageUuid: 'docker:acme/web:2' } },
    });

    expect(body.launchConfig).toEqual({
      type: 'launchConfig',
      imageUuid: 'docker:acme/web:2',
      instanceTriggeredStop: 'stop',
      kind: 'container',
      networkMode: 'managed',
      privileged: false,
      publishAllPorts: false,
      readOnly: false,
      runInit: false,
      startOnCreate: true,
      stdinOpen: false,
      system: false,
      tty: false,
      version: expect.any(String),
      vcpu: 1,
      drainTimeoutMs: 0,
    });
  });

  it('upgrades an identical launchConfig too: a new version and new containers', async () => {
    const before = new Set(rig.service('web').instances.map(({ id }) => id));

    const { status, body } = await rig.upgrade('1s7', 'acme/web:1.0.0');
    rig.until('web', 'upgraded');

    expect([status, body.launchConfig.version === '0']).toEqual([202, false]);
    expect(running(rig).filter((id) => before.has(id))).toEqual([]);
  });

  it.each([undefined, []])(
    'leaves independent sidekicks alone when secondaries are %j',
    async (secondaryLaunchConfigs) => {
      rig.simulator.fleet.addService('Default', 'shop', APP);

      const { body } = await rig.upgrade('1s20', 'acme/app:2', { secondaryLaunchConfigs });

      const versions = Object.fromEntries(
        body.secondaryLaunchConfigs.map((part: Json) => [part.name, part.version]),
      );
      expect(versions).toEqual({ logger: '0', proxy: body.launchConfig.version });
    },
  );

  it('upgrades only the sidekick that is sent', async () => {
    rig.simulator.fleet.addService('Default', 'shop', APP);

    const { body } = await rig.act('upgrade', '1s20', {
      inServiceStrategy: { secondaryLaunchConfigs: [{ name: 'logger', imageUuid: 'docker:acme/logger:2' }] },
    });

    expect(body.launchConfig.version).toBe('0');
    expect(body.secondaryLaunchConfigs.map((part: Json) => [part.name, part.imageUuid])).toEqual([
      ['logger', 'docker:acme/logger:2'],
      ['proxy', 'docker:acme/proxy:1'],
    ]);
  });

  it('adds a sidekick of an unknown name and drops one without image', async () => {
    rig.simulator.fleet.addService('Default', 'shop', APP);

    const { body } = await rig.act('upgrade', '1s20', {
      inServiceStrategy: {
        secondaryLaunchConfigs: [
          { name: 'new', imageUuid: 'docker:acme/new:1' },
          { name: 'logger', imageUuid: 'rancher/none' },
        ],
      },
    });

    expect(body.secondaryLaunchConfigs.map((part: Json) => part.name).toSorted()).toEqual(['new', 'proxy']);
  });

  it('drops what a client may not set, and converts what it can', async () => {
    const { status, body } = await rig.upgrade(
      '1s7',
      'acme/web:2',
      { batchSize: '1', intervalMillis: '100', previousLaunchConfig: { imageUuid: 'docker:x:1' } },
      { version: 'mine', name: 'x', restartPolicy: {}, nosuch: 1, labels: { a: 1 } },
    );

    expect(status).toBe(202);
    expect(body.launchConfig).not.toHaveProperty('nosuch');
    expect(body.launchConfig).not.toHaveProperty('restartPolicy');
    expect(body.launchConfig.version).not.toBe('mine');
    expect(body.launchConfig.labels).toEqual({ a: '1' });
  });

  it('accepts an empty strategy to another service beside the one that counts', async () => {
    const { launchConfig } = rig.service('web');

    const { status } = await rig.act('upgrade', '1s7', {
      inServiceStrategy: { launchConfig },
      toServiceStrategy: {},
    });
    rig.until('web', 'upgraded');
    const { body } = await rig.get(`${P}/services/1s7`);

    expect(status).toBe(202);
    expect(body.upgrade.toServiceStrategy).toEqual({
      type: 'toServiceUpgradeStrategy',
      batchSize: 1,
      intervalMillis: 2000,
      finalScale: 1,
      toServiceId: null,
      updateLinks: false,
    });
  });

  it('accepts a body whatever its content type', async () => {
    const { launchConfig } = rig.service('web');
    const body = { inServiceStrategy: { launchConfig } };

    const { status } = await rig.post(`${P}/services/1s7/?action=upgrade`, body, {
      headers: { 'Content-Type': 'text/plain' },
    });

    expect(status).toBe(202);
  });
});

function running(rig: Rig): readonly number[] {
  return rig
    .service('web')
    .instances.filter(({ state }) => state === 'running')
    .map(({ id }) => id);
}

function sent(strategy: object): object {
  return { launchConfig: { imageUuid: 'docker:acme/web:2' }, ...strategy };
}

function config(fields: object): object {
  return { launchConfig: { imageUuid: 'docker:acme/web:2', ...fields } };
}
