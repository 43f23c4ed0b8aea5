import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { decide, untilRollout } from './harness/rollouts.js';
import { World } from './harness/world.js';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const DIGEST = `sha256:${'b'.repeat(64)}`;

interface Hold {
  readonly service: { readonly id: string };
  readonly image: string;
}

/** A service that an image was rolled back from. */
interface Held {
  readonly service: Service;
  readonly id: string;
  readonly ailment: FaultHandle;
}

describe('a version that was rolled back from a service', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  async function rolledBack(
    name: string,
    more: Partial<ServiceDescription> = {},
    to = ':2.0.0',
  ): Promise<Held> {
    const ailment = world.rancher.faults.add({ kind: 'never-healthy', image: `acme/${name}${to}` });
    const service = world.add(name, { healthCheck: true, ...more });
    const body = { docker_image: `acme/${name}${to}`, timeout: 10, on_failure: 'rollback' };
    const { id, rollouts } = await world.upgrade(body);
    expect(rollouts).toMatchObject([{ status: 'rolled_back' }]);
    return { service, id: String(id), ailment };
  }

  async function holdsOf({ ref }: Service): Promise<readonly Hold[]> {
    const { body } = await world.get<{ readonly data: readonly Hold[] }>('/holds');
    return body.data.filter(({ service }) => service.id === ref);
  }

  function lift({ ref }: Service, environment = '1a5') {
    return world.ask<{ readonly code: string }>('DELETE', `/services/${environment}/${ref}/hold`);
  }

  function again({ name }: Service, body: Readonly<Record<string, unknown>> = {}): Promise<UpgradeView> {
    return world.upgrade({ docker_image: `acme/${name}:2.0.0`, ...body });
  }

  async function unconfirmed(name: string): Promise<{ readonly service: Service; readonly id: string }> {
    const service = world.add(name);
    const { id } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, confirm: false });
    return { service, id: String(id) };
  }

  it('is listed, with since when and by which upgrade', async () => {
    const { service, id } = await rolledBack('listed');

    expect(await holdsOf(service)).toEqual([
      {
        environment: { id: '1a5', name: 'production' },
        stack: { id: `1st${service.stack.id}`, name: 'shop' },
        service: { id: service.ref, name: 'listed' },
        image: 'acme/listed:2.0.0',
        since: TIME,
        upgrade: id,
      },
    ]);
  });

  it('is not offered to it again, neither for real nor in a dry run', async () => {
    const { service, id } = await rolledBack('held');
    const other = world.add('held-not', { image: 'acme/held:1.0.0', healthCheck: true });
    world.rancher.faults.clear();

    const plan = await world.post({ docker_image: 'acme/held:2.0.0', dry_run: true });
    const done = await again(service);

    const skipped = [
      {
        service: { name: 'held' },
        reason: {
          code: 'held_back',
          message: expect.stringMatching(`^it was rolled back .* by the upgrade ${id},`),
        },
      },
    ];
    expect(plan.body).toMatchObject({ rollouts: [{ service: { name: other.name } }], skipped });
    expect(done).toMatchObject({ status: 'partly_failed', skipped });
    expect(done.rollouts).toMatchObject([{ service: { name: other.name }, status: 'finished' }]);
    expect(world.actions(service, 'upgrade')).toHaveLength(1);
  });

  it('is not offered to it in another spelling either', async () => {
    const { service } = await rolledBack('spelt');

    const done = await world.upgrade({ docker_image: 'docker:docker.io/acme/spelt:2.0.0' });

    expect(done.skipped).toMatchObject([{ service: { id: service.ref }, reason: { code: 'held_back' } }]);
  });

  it('is not offered to it by an upgrade that has waited for it meanwhile', async () => {
    world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/waiting:2.0.0' });
    const service = world.add('waiting', { healthCheck: true, state: 'restarting' });
    const body = { docker_image: 'acme/waiting:2.0.0', on_failure: 'rollback' };
    const first = await world.begin({ ...body, timeout: 10 });
    const later = await world.begin({ ...body, timeout: 20 });
    await untilRollout(world, later, 'queued');

    world.rancher.as('alice').activate(service);
    const second = await world.settled(later);

    expect(await world.settled(first)).toMatchObject({ rollouts: [{ status: 'rolled_back' }] });
    expect(second).toMatchObject({
      status: 'failed',
      rollouts: [{ status: 'skipped', reason: { code: 'held_back' } }],
    });
    expect(world.accepted(service)).toHaveLength(1);
  });

  it('is offered to it where the request ignores that, which overrides nothing else', async () => {
    const { service, ailment } = await rolledBack('ignored');
    const stopped = world.add('ignored-stopped', { image: 'acme/ignored:1.0.0', state: 'inactive' });
    ailment.remove();

    const done = await again(service, { ignore_hold: true });
    const once = await again(service, { ignore_hold: true, timeout: 40 });

    expect(done.rollouts).toMatchObject([{ service: { id: service.ref }, status: 'finished' }]);
    expect(done.skipped).toMatchObject([
      { service: { id: stopped.ref }, reason: { code: 'service.inactive' } },
    ]);
    expect(once.rollouts).toEqual([]);
  });

  it('gives way to a newer one, which lifts the hold of its own service only', async () => {
    const { service } = await rolledBack('overtaken');
    const { service: other } = await rolledBack('overtaken-other');

    const newer = await world.upgrade({ docker_image: 'acme/overtaken:2.1.0' });

    expect(newer.status).toBe('succeeded');
    expect(await holdsOf(service)).toEqual([]);
    expect(await holdsOf(other)).toHaveLength(1);
    expect((await again(service)).skipped).toMatchObject([{ reason: { code: 'version.not_newer' } }]);
  });

  it('is offered to it again when somebody says so, once', async () => {
    const { service, ailment } = await rolledBack('lifted');
    ailment.remove();

    expect(await lift(service)).toMatchObject({ status: 204, body: '' });
    expect(await holdsOf(service)).toEqual([]);
    expect(await again(service)).toMatchObject({ status: 'succeeded' });
    expect(await lift(service)).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
  });

  it('is neither listed nor lifted where the query says what there is not', async () => {
    const { service } = await rolledBack('queried');
    const refusal = { status: 400, body: { code: 'request.invalid', fields: [{ field: 'image' }] } };

    expect(await world.get('/holds?image=acme/queried')).toMatchObject(refusal);
    expect(
      await world.ask('DELETE', `/services/1a5/${service.ref}/hold?image=acme/queried:1.9.0`),
    ).toMatchObject(refusal);
    expect(await holdsOf(service)).toHaveLength(1);
  });

  it('is neither lifted nor told of where names are given instead of ids', async () => {
    const { service } = await rolledBack('named');
    const refusal = {
      status: 400,
      body: { code: 'request.invalid', message: expect.stringContaining('an id such as 1s7') },
    };

    expect(await world.ask('DELETE', '/services/1a5/named/hold')).toMatchObject(refusal);
    expect(await world.get('/services/1a5/named/upgrades')).toMatchObject(refusal);
    expect(await world.get('/services/production/1s7/upgrades')).toMatchObject({ status: 400 });
    expect(await holdsOf(service)).toHaveLength(1);
  });

  it('is not lifted from a service of another environment', async () => {
    const { service } = await rolledBack('elsewhere');

    expect(await lift(service, '1a6')).toMatchObject({ status: 404 });
    expect(await holdsOf(service)).toHaveLength(1);
  });

  it('is held also where it was known by its digest', async () => {
    const { service } = await rolledBack(
      'digest',
      { image: `acme/digest@sha256:${'a'.repeat(64)}` },
      `@${DIGEST}`,
    );

    const done = await world.upgrade({ docker_image: `acme/digest@${DIGEST}` });

    expect(await holdsOf(service)).toMatchObject([{ image: `acme/digest@${DIGEST}` }]);
    expect(done.skipped).toMatchObject([{ reason: { code: 'held_back' } }]);
  });

  it('is not held where it was known by a tag that moves', async () => {
    const { service, ailment } = await rolledBack('moving', { image: 'acme/moving:1.0.0' }, ':latest');
    ailment.remove();

    const done = await world.upgrade({ docker_image: 'acme/moving:latest' });

    expect(await holdsOf(service)).toEqual([]);
    expect(done.status).toBe('succeeded');
  });

  describe('is held', () => {
    it('where somebody asked us to roll it back', async () => {
      const { service, id } = await unconfirmed('asked');

      await decide(world, id, 'rollback');
      await untilRollout(world, id, 'rolled_back');

      expect(await holdsOf(service)).toMatchObject([{ image: 'acme/asked:2.0.0', upgrade: id }]);
    });

    it('where somebody else has rolled it back', async () => {
      const { service, id } = await unconfirmed('by-alice');

      world.rancher.as('alice').rollback(service);
      await untilRollout(world, id, 'failed');

      expect(await holdsOf(service)).toMatchObject([{ image: 'acme/by-alice:2.0.0', upgrade: id }]);
    });

    it('not where it was cancelled', async () => {
      const { service, id } = await unconfirmed('cancelled');

      await decide(world, id, 'cancel');
      await untilRollout(world, id, 'cancelled');

      expect(service.image).toBe('docker:acme/cancelled:1.0.0');
      expect(await holdsOf(service)).toEqual([]);
    });

    it('not where it was left over', async () => {
      const { service, id } = await unconfirmed('left-over');

      await world.upgrade({ docker_image: 'acme/left-over:2.1.0', leftover: 'rollback' });
      await untilRollout(world, id, 'rolled_back');

      expect(await holdsOf(service)).toEqual([]);
    });
  });
});
