import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Json } from './testing/json.js';
import { P, Rig } from './testing/rig.js';

describe('the course of an upgrade', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('ends upgraded, with old containers stopped beside the new ones', async () => {
    const { body: accepted } = await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    const { body } = await rig.get(`${P}/services/1s7`);
    const { body: instances } = await rig.get(`${P}/services/1s7/instances`);

    const strategy = body.upgrade.inServiceStrategy;
    expect(strategy.launchConfig).toEqual(accepted.launchConfig);
    expect(strategy.previousLaunchConfig).toMatchObject({ imageUuid: 'docker:acme/web:1.0.0', version: '0' });
    expect(instances.data.map((row: Json) => [row.imageUuid, row.state])).toEqual([
      ['docker:acme/web:1.0.0', 'stopped'],
      ['docker:acme/web:1.0.0', 'stopped'],
      ['docker:acme/web:2', 'running'],
      ['docker:acme/web:2', 'running'],
    ]);
  });

  it('takes about 1.3 seconds for one container', async () => {
    rig.simulator.fleet.addService('Default', 'shop', { name: 'one', id: '1s20', image: 'a/b:1' });
    const start = rig.clock.now();

    await rig.upgrade('1s20', 'a/b:2');
    rig.until('one', 'upgraded');

    expect(rig.clock.now() - start).toBeGreaterThan(1000);
    expect(rig.clock.now() - start).toBeLessThan(1600);
  });

  it('keeps the previous upgrade in view for a moment after a new one is accepted', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');
    await rig.act('finishupgrade');
    rig.until('web', 'active');

    const { body } = await rig.upgrade('1s7', 'acme/web:3');
    rig.clock.advance(50);
    const later = await rig.get(`${P}/services/1s7`);

    expect(body.upgrade.inServiceStrategy.launchConfig.imageUuid).toBe('docker:acme/web:2');
    expect(later.body.upgrade.inServiceStrategy.launchConfig.imageUuid).toBe('docker:acme/web:3');
  });

  it('stops old before new, and waits between batches', async () => {
    const seen = await watch('1s7', () => rig.upgrade('1s7', 'acme/web:2', { intervalMillis: 3000 }));

    expect(seen).toEqual(['old:2 new:0', 'old:1 new:0', 'old:1 new:1', 'old:0 new:1', 'old:0 new:2']);
  });

  it('starts new before old where asked to', async () => {
    const seen = await watch('1s7', () =>
      rig.upgrade('1s7', 'acme/web:2', { startFirst: true, batchSize: 2 }),
    );

    expect(seen).toEqual(['old:2 new:0', 'old:2 new:2', 'old:0 new:2']);
  });

  it('waits until health-checked containers are healthy', async () => {
    await rig.act('upgrade', '1s9', {
      inServiceStrategy: {
        launchConfig: { ...rig.service('lb').launchConfig, imageUuid: 'docker:rancher/lb:2' },
      },
    });
    const health = new Set<string>();
    rig.clock.advanceUntil(() => {
      for (const instance of rig.service('lb').instances) {
        if (instance.version !== '0') health.add(`${instance.state}/${instance.health}`);
      }
      return rig.service('lb').state === 'upgraded';
    }, 10_000);

    expect([...health]).toEqual([
      'creating/null',
      'starting/null',
      'running/initializing',
      'running/healthy',
    ]);
  });

  it('starts an inactive service, which ends active', async () => {
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'off',
      id: '1s20',
      image: 'a/b:1',
      state: 'inactive',
    });

    await rig.upgrade('1s20', 'a/b:2');
    rig.until('off', 'upgraded');
    await rig.act('finishupgrade', '1s20');
    rig.until('off', 'active');

    expect(rig.service('off').instances.map(({ state }) => state)).toEqual(['running']);
  });

  it.each([undefined, {}])('finishes on a body of %j; old containers go some time later', async (body) => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    const finish = await rig.act('finishupgrade', '1s7', body);
    rig.until('web', 'active');
    const atOnce = rig.service('web').instances.length;
    rig.clock.advance(2000);
    const { body: after } = await rig.get(`${P}/services/1s7`);

    expect([finish.status, finish.body.state]).toEqual([202, 'finishing-upgrade']);
    expect([atOnce, rig.service('web').instances.length]).toEqual([4, 2]);
    expect(after.upgrade).not.toBeNull();
    expect(after.launchConfig.imageUuid).toBe('docker:acme/web:2');
  });

  it.each(['finishupgrade', 'rollback', 'cancelupgrade', 'continueupgrade'])(
    'refuses %s while active',
    async (action) => {
      const { status, body } = await rig.act(action);

      expect([status, body.code]).toEqual([422, 'ActionNotAvailable']);
    },
  );

  it('refuses to finish while upgrading', async () => {
    await rig.upgrade('1s7', 'acme/web:2');

    expect((await rig.act('finishupgrade')).body.code).toBe('ActionNotAvailable');
  });

  it.each(['upgraded', 'upgrading'])(
    'rolls back from %s to the old version and the old containers',
    async (state) => {
      const before = rig.service('web').instances.map(({ id }) => id);
      await rig.upgrade('1s7', 'acme/web:2');
      if (state === 'upgraded') rig.until('web', state);
      else rig.clock.advance(1000);

      const rollback = await rig.act('rollback');
      rig.until('web', 'active');
      const { body } = await rig.get(`${P}/services/1s7`);

      expect([rollback.status, rollback.body.state, rollback.body.launchConfig.version]).toEqual([
        202,
        'rolling-back',
        '0',
      ]);
      expect(body.launchConfig).toMatchObject({ imageUuid: 'docker:acme/web:1.0.0', version: '0' });
      expect(rig.service('web').instances.map(({ id }) => id)).toEqual(before);
      expect(rig.service('web').instances.every(({ state: now }) => now === 'running')).toBe(true);
    },
  );

  it('restores a load balancer’s configuration only through /services', async () => {
    const upgrade = async (): Promise<void> => {
      const { launchConfig } = rig.service('lb');
      await rig.act('upgrade', '1s9', {
        inServiceStrategy: { launchConfig: { ...launchConfig, imageUuid: 'docker:rancher/lb:2' } },
      });
      rig.until('lb', 'upgraded');
    };
    await upgrade();
    await rig.act('rollback', '1s9');
    rig.until('lb', 'active');
    const throughServices = rig.service('lb').image;

    await upgrade();
    const own = await rig.post(`${P}/loadbalancerservices/1s9/?action=rollback`, {});
    rig.until('lb', 'active');

    expect(throughServices).toBe('docker:rancher/lb-service-haproxy:v0.9.14');
    expect([own.status, rig.service('lb').image]).toEqual([202, 'docker:rancher/lb:2']);
    expect(rig.service('lb').instances.map(({ version }) => version)).toEqual(['0']);
  });

  it('is cancelled where it stands, and continues from there', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.clock.advance(1500);

    const cancel = await rig.act('cancelupgrade');
    rig.until('web', 'canceled-upgrade');
    const images = new Set(
      rig
        .service('web')
        .instances.filter(({ state }) => state === 'running')
        .map(({ version }) => version),
    );
    const resumed = await rig.act('continueupgrade');
    rig.until('web', 'upgraded');

    expect([cancel.status, cancel.body.state]).toEqual([202, 'canceling-upgrade']);
    expect(images.size).toBe(2);
    expect([resumed.status, resumed.body.state]).toEqual([202, 'upgrading']);
  });

  it('can be cancelled while it finishes; the old containers are gone then', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');
    await rig.act('finishupgrade');

    const { status } = await rig.act('cancelupgrade');
    rig.until('web', 'canceled-upgrade');

    expect(status).toBe(202);
    expect(rig.service('web').instances).toHaveLength(2);
  });

  it('lists what happened in the service log', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    const { body } = await rig.get(`${P}/servicelogs?serviceId=1s7&sort=created&order=desc&limit=2`);

    expect(body.data[0]).toMatchObject({
      type: 'serviceLog',
      eventType: 'service.instance.create',
      level: 'info',
      serviceId: '1s7',
    });
    expect(body.pagination.partial).toBe(true);
    expect(body.filters.serviceId).toEqual([{ value: '7', modifier: 'eq' }]);
  });

  it('flips to upgraded when somebody PUTs meanwhile, and finishing completes it', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    rig.clock.advance(1500);

    const put = await rig.send('PUT', `${P}/services/1s7`, { body: { scale: 2 } });
    rig.until('web', 'upgraded');
    const left = rig
      .service('web')
      .instances.filter(({ state, version }) => state === 'running' && version === '0');
    await rig.act('finishupgrade');
    rig.until('web', 'active');
    rig.clock.advance(2000);

    expect([put.status, put.body.state]).toEqual([200, 'upgrading']);
    expect(left).toHaveLength(1);
    expect(new Set(rig.service('web').instances.map(({ version }) => version))).toEqual(
      new Set([rig.service('web').version]),
    );
  });

  it('hangs for ever on a service without an image, and so does its rollback', async () => {
    await rig.act('upgrade', '1s10', { inServiceStrategy: { launchConfig: {} } });
    rig.clock.advance(300_000);
    const stuck = await rig.get(`${P}/services/1s10`);
    await rig.act('rollback', '1s10');
    rig.clock.advance(300_000);

    expect(stuck.body).toMatchObject({ state: 'upgrading', transitioning: 'error' });
    expect(stuck.body.transitioningMessage).toMatch(/^Cannot invoke "Object.toString\(\)"/);
    expect(rig.service('alias').state).toBe('rolling-back');
  });

  it('is removed in the middle of an upgrade within two seconds', async () => {
    await rig.upgrade('1s7', 'acme/web:2');

    const { status, body } = await rig.send('DELETE', `${P}/services/1s7`);
    rig.until('1s7', 'removed', 2000);

    expect([status, body.state]).toEqual([200, 'removing']);
  });

  it('wants a strategy for a restart, and answers 500 to a PUT of an unknown service', async () => {
    const restart = await rig.act('restart', '1s7', {});
    const put = await rig.send('PUT', `${P}/services/1s999`, { body: {} });

    expect(restart.body).toMatchObject({ code: 'MissingRequired', fieldName: 'rollingRestartStrategy' });
    expect(put.status).toBe(500);
  });

  async function watch(id: string, act: () => Promise<unknown>): Promise<readonly string[]> {
    await act();
    const seen: string[] = [];
    rig.clock.advanceUntil(() => {
      const { instances, state } = rig.service(id);
      const running = instances.filter((instance) => instance.state === 'running');
      const old = running.filter(({ version }) => version === '0').length;
      const line = `old:${old} new:${running.length - old}`;
      if (seen.at(-1) !== line) seen.push(line);
      return state === 'upgraded';
    }, 20_000);
    return seen;
  }
});
