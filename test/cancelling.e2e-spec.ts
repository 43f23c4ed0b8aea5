import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asked, decide, rolloutOf, untilRollout } from './harness/rollouts.js';
import { World } from './harness/world.js';

describe('to cancel an upgrade', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' }, hasEvents: false });
  });

  afterAll(() => world.close());

  it('drops what waits, rolls back what is under way, and lets finish what is finishing', async () => {
    const image = 'acme/mixed:1.0.0';
    const waiting = world.add('mixed-waiting', { image, state: 'restarting' });
    const upgrading = world.add('mixed-upgrading', { image });
    const finishing = world.add('mixed-finishing', { image });
    world.rancher.faults.add({ kind: 'slow-pull', service: 'mixed-upgrading', ms: 600_000 });
    const stuck = world.rancher.faults.add({
      kind: 'reset',
      action: 'finishupgrade',
      service: 'mixed-finishing',
    });
    const id = await world.begin({ docker_image: 'acme/mixed:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'finishing', finishing);
    await untilRollout(world, id, 'upgrading', upgrading);

    const answer = await decide(world, id, 'cancel');
    stuck.remove();
    world.rancher.faults.clear();
    const { status } = await world.settled(id);

    expect(answer.status).toBe(202);
    expect(status).toBe('partly_failed');
    expect(await rolloutOf(world, id, waiting)).toMatchObject({ status: 'cancelled' });
    expect(await rolloutOf(world, id, upgrading)).toMatchObject({ status: 'cancelled' });
    expect(await rolloutOf(world, id, finishing)).toMatchObject({ status: 'finished' });
    expect(asked(world, waiting)).toEqual([]);
    expect(asked(world, upgrading)).toEqual(['upgrade', 'rollback']);
    expect(upgrading.image).toBe('docker:acme/mixed:1.0.0');
  });

  it('ends an upgrade that is still planned, whatever Rancher answers later', async () => {
    const service = world.add('unplanned');
    const away = world.rancher.faults.add({ kind: 'unauthorized' });
    const id = await world.begin({ docker_image: 'acme/unplanned:2.0.0' });
    await world.until('it waits for Rancher', async () =>
      (await world.view(id)).message.startsWith('waiting for Rancher'),
    );

    const answer = await decide(world, id, 'cancel');
    away.remove();
    world.add('unplanned-next');
    await world.upgrade({ docker_image: 'acme/unplanned-next:2.0.0' });

    expect(answer).toMatchObject({ status: 202, body: { status: 'cancelled' } });
    expect(await world.view(id)).toMatchObject({ status: 'cancelled', rollouts: [] });
    expect(await world.get(`/upgrades/${id}?wait=300&fail=true`)).toMatchObject({ status: 424 });
    expect(asked(world, service)).toEqual([]);
  });

  it('ends what is planned in one environment and cannot be in another', async () => {
    const service = world.add('half-planned');
    world.rancher.faults.add({ kind: 'slow-pull', image: 'acme/half-planned:2.0.0', ms: 600_000 });
    const away = world.rancher.faults.add({ kind: 'forbidden', environment: 'staging' });
    const other = world.add('half-planned-other', { image: 'acme/half-planned:1.0.0' }, 'staging');
    const id = await world.begin({ docker_image: 'acme/half-planned:2.0.0', timeout: 600 });
    await untilRollout(world, id, 'upgrading');

    await decide(world, id, 'cancel');
    away.remove();
    const { status, rollouts } = await world.settled(id);
    const again = await decide(world, id, 'cancel');

    expect(status).toBe('cancelled');
    expect(rollouts).toMatchObject([{ service: { id: service.ref }, status: 'cancelled' }]);
    expect(again.status).toBe(200);
    expect(asked(world, service)).toEqual(['upgrade', 'rollback']);
    expect(asked(world, other)).toEqual([]);
  });

  it('holds nothing back: the same version can be asked for again', async () => {
    const service = world.add('again');
    const { id } = await world.upgrade({ docker_image: 'acme/again:2.0.0', confirm: false });
    await decide(world, String(id), 'cancel');
    expect(await world.settled(String(id))).toMatchObject({ status: 'cancelled' });

    const next = await world.upgrade({ docker_image: 'acme/again:2.0.0' });

    expect(next.status).toBe('succeeded');
    expect(asked(world, service)).toEqual(['upgrade', 'rollback', 'upgrade', 'finishupgrade']);
  });
});
