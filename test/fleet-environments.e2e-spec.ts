import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CattleFleet } from '../src/rancher/cattle/fleet/cattle.fleet.js';
import { TurnedWorld } from './harness/turned-world.js';

const MINUTE_MS = 60_000;

let turned: TurnedWorld;

beforeEach(async () => {
  turned = await TurnedWorld.start();
});

afterEach(() => turned.close());

describe('within a minute the service notices that an environment', () => {
  it('has been made, and upgrades in it', async () => {
    turned.rancher.fleet.addEnvironment({ name: 'new', stacks: [{ name: 'shop', services: [] }] });
    turned.add('web', {}, 'new');
    await turned.pass(MINUTE_MS + 1000);

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

    expect(upgrade).toMatchObject({ rollouts: [{ status: 'finished', environment: { name: 'new' } }] });
    expect(turned.sockets.open).toBe(3);
  });

  it('has another name', async () => {
    turned.add('web');
    turned.rancher.fleet.renameEnvironment('production', 'renamed');
    await turned.pass(MINUTE_MS + 5000);

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

    expect(upgrade).toMatchObject({ rollouts: [{ status: 'finished', environment: { name: 'renamed' } }] });
    expect(turned.sockets.open).toBe(2);
  });

  it('is in use no longer, and again', async () => {
    turned.add('web');
    turned.rancher.fleet.setEnvironmentState('production', 'inactive');
    await turned.pass(MINUTE_MS + 1000);
    const asleep = [turned.sockets.open, isKnown('1a5')];
    const nothing = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

    turned.rancher.fleet.setEnvironmentState('production', 'active');
    await turned.pass(MINUTE_MS + 1000);
    const upgrade = await turned.upgrade({ docker_image: 'acme/web:3.0.0' });

    expect(asleep).toEqual([1, false]);
    expect(nothing.rollouts).toEqual([]);
    expect(upgrade).toMatchObject({ rollouts: [{ status: 'finished' }] });
    expect(turned.sockets.open).toBe(2);
  });

  it('is gone', async () => {
    turned.rancher.fleet.removeEnvironment('production');
    await turned.pass(MINUTE_MS + 1000);

    expect([turned.sockets.open, isKnown('1a5'), isKnown('1a6')]).toEqual([1, false, true]);
  });

  it('has come to have a stack of another name, at once', async () => {
    turned.add('web');
    turned.rancher.fleet.renameStack(turned.rancher.fleet.stack('production/shop'), 'store');
    await turned.turn(2000);

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0' });

    expect(upgrade).toMatchObject({ rollouts: [{ status: 'finished', stack: { name: 'store' } }] });
  });
});

describe('a key that is revoked', () => {
  it('has nothing started, though its sockets live on, and health says why; given back, it goes on', async () => {
    const web = turned.add('web');
    await turned.turn(2000);
    turned.rancher.fleet.setKeyActive('admin', false);
    await turned.turn(1000);
    const id = await turned.world.begin({ docker_image: 'acme/web:2.0.0' });
    await turned.pass(2 * MINUTE_MS);
    const whileRevoked = [turned.world.actions(web, 'upgrade').length, turned.sockets.open, isKnown('1a5')];
    const ready = await turned.world.get<{ checks: unknown[] }>('/health/ready');

    turned.rancher.fleet.setKeyActive('admin', true);
    const upgrade = await turned.settled(id);

    expect(whileRevoked).toEqual([0, 2, true]);
    expect(ready).toMatchObject({
      status: 503,
      body: {
        checks: expect.arrayContaining([
          { name: 'key', ok: false, message: expect.stringContaining('refuses the key (401)') },
        ]),
      },
    });
    expect(upgrade).toMatchObject({ rollouts: [{ status: 'finished' }] });
    expect(turned.world.course(web)).toEqual([
      'upgrading by admin',
      'upgraded',
      'finishing-upgrade by admin',
      'active',
    ]);
  });

  it('is known as soon as it is refused, to a dry run, too', async () => {
    turned.add('web');
    await turned.turn(20_000);
    turned.rancher.fleet.setKeyActive('admin', false);
    await turned.turn(1000);
    const push = { docker_image: 'acme/web:2.0.0', dry_run: true };
    const before = await turned.world.post(push);

    await turned.world.begin({ ...push, dry_run: false });
    await turned.turn(3000);
    const { status } = await turned.world.post(push);

    const warned = turned.world.log.filter(
      ({ message, request }) => request === undefined && String(message).includes('refuses the key (401)'),
    );
    expect([before.status, status]).toEqual([200, 503]);
    expect(warned).toMatchObject([{ level: 'warn' }]);
  });

  it('is known within a minute where nobody pushes', async () => {
    turned.rancher.fleet.setKeyActive('admin', false);
    await turned.pass(MINUTE_MS);

    const said = turned.world.log.map(({ message }) => String(message));
    expect(said.filter((message) => message.includes('refuses the key (401)'))).toHaveLength(1);
  });
});

it('is closed with its sockets', async () => {
  await turned.world.stopService();
  await turned.turn(1000);

  expect(turned.sockets.open).toBe(0);
});

function isKnown(environment: string): boolean {
  return turned.world.part(CattleFleet).of(environment) !== undefined;
}
