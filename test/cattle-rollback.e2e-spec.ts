import { afterEach, describe, expect, it } from '@jest/globals';
import type { Container, Service } from '../src/domain/service.js';
import { HandClock, idle } from './fakes/hand-clock.js';
import { failureOf } from './harness/failure-of.js';
import { CATTLE_FLEET } from './harness/cattle-fleet.js';
import { type LeafOptions, RancherLeaf } from './harness/rancher-leaf.js';
import { ORDER } from './fakes/services.js';

describe('Rancher 1.6, asked to take an upgrade back,', () => {
  let leaf: RancherLeaf;

  afterEach(() => leaf.close());

  async function start(options: Partial<LeafOptions> = {}): Promise<void> {
    leaf = await RancherLeaf.start({ fleet: CATTLE_FLEET, ...options });
  }

  /** Starts an upgrade and lets it come as far as it comes in that time. */
  async function upgraded(name: string, image = ORDER.image, ms = 30_000): Promise<Service> {
    const service = await leaf.look('Default', 'shop', name);
    await leaf.rancher.start(service, { ...ORDER, image });
    leaf.time.advance(ms);
    return service;
  }

  async function containers({ ref }: Service): Promise<readonly Container[]> {
    return (await leaf.rancher.inspect(await leaf.rancher.look(ref))).containers;
  }

  it('asks under the address of services, with an empty body, and leads through its phases', async () => {
    await start();
    const web = await upgraded('web');
    const phases = [(await leaf.rancher.look(web.ref)).phase];

    await leaf.rancher.rollBack(web.ref);
    for (let turn = 0; turn < 200; turn += 1) {
      const { phase } = await leaf.rancher.look(web.ref);
      if (phase !== phases.at(-1)) phases.push(phase);
      leaf.time.advance(50);
    }

    expect(leaf.actions.at(-1)).toEqual({
      path: `/v2-beta/projects/1a5/services/${web.ref.id}/?action=rollback`,
      body: {},
    });
    expect(phases).toEqual(['upgraded', 'rolling_back', 'idle']);
    expect(await leaf.rancher.look(web.ref)).toEqual({ ...web, lastUpgrade: expect.anything() });
  });

  it('gives a load balancer its configuration back', async () => {
    await start();
    const balancer = await upgraded('balancer', 'rancher/lb:2');

    await leaf.rancher.rollBack(balancer.ref);
    leaf.time.advance(30_000);

    expect(leaf.actions.at(-1)?.path).toMatch(/\/services\/1s\d+\/\?action=rollback$/);
    expect(await leaf.rancher.look(balancer.ref)).toEqual({ ...balancer, lastUpgrade: expect.anything() });
  });

  it('makes a fresh container of the old image where the new one failed', async () => {
    await start();
    leaf.cattle.faults.add({ kind: 'image-missing', image: 'acme/kept:2.0.0' });
    const kept = await leaf.look('Default', 'shop', 'kept');
    const before = await containers(kept);
    await upgraded('kept', 'acme/kept:2.0.0', 5000);
    const failed = await containers(kept);

    await leaf.rancher.rollBack(kept.ref);
    leaf.time.advance(30_000);

    const after = await containers(kept);
    expect(failed).toMatchObject([
      { id: before[0]?.id, sound: false },
      { state: 'error', running: false, sound: false, starts: 0 },
    ]);
    expect(after).toMatchObject([{ revision: kept.revision, sound: true }]);
    expect(after[0]?.id).not.toBe(before[0]?.id);
  });

  it('takes what keeps the new image after a race for done, and shows that it is not', async () => {
    await start();
    leaf.cattle.faults.add({ kind: 'race', image: 'acme/web:9', variant: 'upgrade-null' });
    const web = await upgraded('web');

    await leaf.rancher.rollBack(web.ref);
    leaf.time.advance(30_000);

    const after = await leaf.rancher.look(web.ref);
    expect(after).toMatchObject({ phase: 'idle', image: ORDER.image });
    expect(after.revision).not.toBe(web.revision);
    expect((await containers(web)).filter(({ running }) => running)).toMatchObject([
      { revision: after.revision },
      { revision: after.revision },
    ]);
  });

  it('is refused for good when the key may only read', async () => {
    await start({ key: 'readonly' });
    const waiting = await leaf.look('Default', 'shop', 'waiting');

    expect(await failureOf(leaf.rancher.rollBack(waiting.ref))).toMatchObject({ code: 'rancher.refused' });
  });

  it.each([
    [{ kind: 'conflict' }, 'rancher.uncertain', false],
    [{ kind: 'server-error' }, 'rancher.uncertain', false],
    [{ kind: 'server-error', status: 503, retryAfter: '3' }, 'rancher.uncertain', false],
    [{ kind: 'proxy-page', status: 502 }, 'rancher.uncertain', false],
    [{ kind: 'proxy-page', status: 504, committed: true }, 'rancher.uncertain', true],
    [{ kind: 'lost-reply' }, 'rancher.uncertain', true],
    [{ kind: 'reset' }, 'rancher.uncertain', false],
    [{ kind: 'too-many', retryAfter: '3' }, 'rancher.unreachable', false],
    [{ kind: 'unauthorized' }, 'rancher.unauthorized', false],
    [{ kind: 'forbidden' }, 'rancher.forbidden', false],
    [{ kind: 'redirect', location: 'https://rancher.example/' }, 'rancher.error', false],
  ] as const)('meets %j, fails as %s and asks no second time', async (fault, code, isUnderWay) => {
    await start();
    const { ref } = await leaf.look('Default', 'shop', 'waiting');
    leaf.cattle.faults.add({ ...fault, action: 'rollback', times: 1 });

    const failure = await failureOf(leaf.rancher.rollBack(ref));

    expect(failure.code).toBe(code);
    expect(leaf.actions).toHaveLength(1);
    expect((await leaf.rancher.look(ref)).phase).toBe(isUnderWay ? 'rolling_back' : 'upgraded');
  });

  it('may have done what gets no answer in ten seconds', async () => {
    const clock = new HandClock();
    await start({ clock });
    const { ref } = await leaf.look('Default', 'shop', 'waiting');
    leaf.cattle.faults.add({ kind: 'hang', committed: true, action: 'rollback' });
    const failure = failureOf(leaf.rancher.rollBack(ref));
    while (leaf.actions.length === 0) await idle();

    await clock.advance(10_000);

    expect(await failure).toMatchObject({ code: 'rancher.uncertain' });
    expect((await leaf.rancher.look(ref)).phase).toBe('rolling_back');
  });

  it('is too late for what is removed', async () => {
    await start();
    const { ref } = await leaf.look('Default', 'shop', 'waiting');
    leaf.cattle.as('somebody').remove(leaf.cattle.fleet.service(ref.id));
    leaf.time.advance(10_000);

    expect((await failureOf(leaf.rancher.rollBack(ref))).code).toBe('rancher.conflict');
  });
});
