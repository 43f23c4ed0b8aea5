import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import type { ReasonCode } from '../src/domain/reasons.js';
import type { RolloutStatus } from '../src/domain/rollout.js';
import { asked, decide, rolloutOf, untilRollout } from './harness/rollouts.js';
import { World } from './harness/world.js';

/** What somebody does while the service is stopped, and what is made of it when it is back. */
interface Meanwhile {
  readonly words: string;
  readonly act: (world: World, service: Service) => void | Promise<void>;
  readonly status: RolloutStatus;
  readonly code: ReasonCode;
}

const MEANWHILE: readonly Meanwhile[] = [
  {
    words: 'finishes it',
    act: async (world, service) => {
      world.rancher.as('alice').scale(service, 1);
      await world.untilState(service, 'upgraded');
      world.rancher.faults.clear();
      world.rancher.as('alice').finishupgrade(service);
      await world.untilState(service, 'active');
    },
    status: 'finished',
    code: 'rollout.finished_elsewhere',
  },
  {
    words: 'rolls it back',
    act: (world, service) => {
      world.rancher.as('alice').rollback(service);
      return world.untilState(service, 'active');
    },
    status: 'failed',
    code: 'rollout.rolled_back_elsewhere',
  },
  {
    words: 'rolls it back and upgrades it',
    act: async (world, service) => {
      world.rancher.as('alice').rollback(service);
      await world.untilState(service, 'active');
      world.rancher.as('alice').upgrade(service, `docker:acme/${service.name}:3.0.0`);
    },
    status: 'failed',
    code: 'rollout.overtaken',
  },
  {
    words: 'cancels it',
    act: (world, service) => world.rancher.as('alice').cancelupgrade(service),
    status: 'failed',
    code: 'rollout.cancelled_elsewhere',
  },
  {
    words: 'removes it',
    act: (world, service) => world.rancher.as('alice').remove(service),
    status: 'failed',
    code: 'service.removed',
  },
  {
    words: 'purges it',
    act: (world, service) => world.rancher.fleet.purgeService(service),
    status: 'failed',
    code: 'service.removed',
  },
];

describe('a service that is stopped and started again', () => {
  let folder: string;
  let world: World;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'restart-'));
    world = await World.start({ variables: { AUTOUPDATE_DATA_DIR: folder } });
  });

  afterEach(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  function ailing(name: string) {
    const ailment = world.rancher.faults.add({ kind: 'never-healthy', image: `acme/${name}:2.0.0` });
    return { service: world.add(name, { healthCheck: true }), ailment };
  }

  it.each(MEANWHILE.map((one) => [one.words, one] as const))(
    'sees what became of what was under way: somebody else %s',
    async (_, one) => {
      const { service } = ailing('web');
      const id = await world.begin({ docker_image: 'acme/web:2.0.0', timeout: 600, on_failure: 'rollback' });
      await untilRollout(world, id, 'upgrading');
      await world.stopService();

      await one.act(world, service);
      await world.startService();
      await world.settled(id);

      expect(await rolloutOf(world, id)).toMatchObject({ status: one.status, reason: { code: one.code } });
      expect(asked(world, service)).toEqual(['upgrade']);
    },
  );

  it('goes on with a rollback, and asks for it no second time', async () => {
    const { service } = ailing('undone');
    world.rancher.faults.add({ kind: 'hang', action: 'rollback', committed: true, times: 1 });
    const id = await world.begin({ docker_image: 'acme/undone:2.0.0', timeout: 10, on_failure: 'rollback' });
    await world.until('it is asked for', () => world.actions(service, 'rollback').length === 1);
    await world.stopService();

    await world.startService();
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.timeout' },
    });
    expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
  });

  it('asks for a rollback that was decided and not asked for', async () => {
    const { service } = ailing('decided');
    world.rancher.faults.add({ kind: 'hang', action: 'rollback', times: 1 });
    const id = await world.begin({ docker_image: 'acme/decided:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'upgrading');
    await decide(world, id, 'cancel');
    await untilRollout(world, id, 'rolling_back');
    await world.stopService();

    await world.startService();
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({ status: 'cancelled' });
    expect(world.course(service)).toEqual(['upgrading by admin', 'rolling-back by admin', 'active']);
  });

  it('decides nothing by the time in which it was stopped, without a look', async () => {
    const { service, ailment } = ailing('unlooked');
    const watch = world.add('watch');
    world.rancher.faults.add({ kind: 'slow-pull', service: 'watch', ms: 80_000 });
    const id = await world.begin({
      docker_image: 'acme/unlooked:2.0.0',
      timeout: 60,
      on_failure: 'rollback',
    });
    await untilRollout(world, id, 'upgrading');
    world.rancher.as('alice').upgrade(watch, 'docker:acme/watch:2.0.0');
    await world.stopService();
    ailment.remove();
    await world.untilState(service, 'upgraded');
    await world.untilState(watch, 'upgraded');

    await world.startService();

    expect(await world.settled(id)).toMatchObject({ status: 'succeeded' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });

  it('says first what it has left to do', async () => {
    ailing('left');
    const id = await world.begin({ docker_image: 'acme/left:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'upgrading');
    await world.stopService();
    const before = world.log.length;

    await world.startService();

    const said = world.log.slice(before).map(({ message }) => String(message));
    const relevant = said.filter((message) => /^(left to do|started$)/.test(message));
    expect(relevant).toEqual(['left to do: under way 1', 'started']);
  });

  it('finishes late what had failed before', async () => {
    const { service, ailment } = ailing('late');
    const id = await world.begin({ docker_image: 'acme/late:2.0.0', timeout: 10 });
    await untilRollout(world, id, 'failed');
    await world.stopService();

    ailment.remove();
    await world.startService();
    await untilRollout(world, id, 'finished');

    expect(await rolloutOf(world, id)).toMatchObject({ reason: { code: 'rollout.late' } });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });

  it('keeps what is held back, and what was asked for under a key', async () => {
    ailing('held');
    const body = { docker_image: 'acme/held:2.0.0', confirm: true, timeout: 10, on_failure: 'rollback' };
    const first = await world.post(body, { 'idempotency-key': 'build-1' });
    await world.settled(String(first.body.id));

    await world.stopService();
    await world.startService();
    const same = await world.post(body, { 'idempotency-key': 'build-1' });
    const again = await world.upgrade(body);

    expect(same).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(again.skipped).toMatchObject([{ reason: { code: 'held_back' } }]);
  });

  it('carries to its end what it has started in an environment that is no longer selected', async () => {
    const { service, ailment } = ailing('deselected');
    const id = await world.begin({ docker_image: 'acme/deselected:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'upgrading');

    await world.stopService();
    ailment.remove();
    await world.startService({ AUTOUPDATE_ENVIRONMENT_NAMES: '^staging$' });

    expect(await world.settled(id)).toMatchObject({ status: 'succeeded' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });

  it('starts nothing that waited in an environment that is no longer selected', async () => {
    const service = world.add('waiting', { state: 'restarting' });
    const id = await world.begin({ docker_image: 'acme/waiting:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'queued');

    await world.stopService();
    world.rancher.as('alice').activate(service);
    await world.startService({ AUTOUPDATE_ENVIRONMENT_NAMES: '^staging$' });
    await world.settled(id);

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'skipped',
      reason: {
        code: 'environment.not_selected',
        message: 'the environment production is not selected: no pattern is found in its name',
      },
    });
    expect(asked(world, service)).toEqual([]);
  });

  it('goes on with another key where the old one was taken away meanwhile', async () => {
    const { service, ailment } = ailing('rekeyed');
    const id = await world.begin({ docker_image: 'acme/rekeyed:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'upgrading');
    await world.stopService();
    world.rancher.fleet.removeKey('admin');
    world.rancher.fleet.addKey({ access: 'next', secret: 'next-secret', kind: 'admin' });
    ailment.remove();

    await world.startService();
    await world.until('it is said', async () => {
      const { reason, history } = await rolloutOf(world, id);
      return (
        reason?.code === 'rancher.unauthorized' ||
        history.some((entry) => entry.reason?.code === 'rancher.unauthorized')
      );
    });
    await world.stopService();
    await world.startService({ CATTLE_ACCESS_KEY: 'next', CATTLE_SECRET_KEY: 'next-secret' });

    expect(await world.settled(id)).toMatchObject({ status: 'succeeded' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });
});
