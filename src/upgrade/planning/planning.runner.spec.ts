import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idle } from '../../../test/fakes/hand-clock.js';
import { NOON, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Service } from '../../domain/service.js';
import { PlanningRunner } from './planning.runner.js';

const HOUR_MS = 3_600_000;

describe(PlanningRunner.name, () => {
  let rig: UpgradeRig;

  beforeEach(async () => {
    rig = new UpgradeRig();
    rig.backend.known = [
      { id: '1a5', name: 'production' },
      { id: '1a6', name: 'staging' },
    ];
    rig.backend.put(aService(), inStaging());
    await rig.stored({});
  });

  afterEach(() => rig.close());

  it('plans every environment', async () => {
    rig.backend.put(inStaging({ labels: {} }));

    await planned();

    const { upgrade, plans, rollouts } = await rig.record();
    expect(upgrade).toMatchObject({ status: 'running', planAt: null, failures: 0 });
    expect(plans).toMatchObject([
      { environment: { name: 'production' }, status: 'planned', skipped: [] },
      { environment: { name: 'staging' }, status: 'planned', skipped: [{ reason: { code: 'label.off' } }] },
    ]);
    expect(rollouts).toMatchObject([{ name: 'web', status: 'queued', environment: { name: 'production' } }]);
  });

  it('fails at once where no environment is selected', async () => {
    rig.backend.known = [];

    await planned();

    expect(await storedUpgrade()).toMatchObject({ status: 'failed', finishedAt: NOON, failures: 1 });
    expect(rig.notices).toMatchObject([{ status: 'failed' }]);
  });

  it('has nothing to do where no service runs the repository, and disturbs nobody', async () => {
    rig.backend.put(aService({ image: 'acme/api:1' }), inStaging({ image: 'acme/api:1' }));

    await planned();

    expect(await storedUpgrade()).toMatchObject({ status: 'nothing_to_do', finishedAt: NOON });
    expect(rig.notices).toEqual([]);
  });

  it('tells of a service that is in the way, once', async () => {
    const policy = { 'autoupdate.enable': 'true', 'autoupdate.policy': 'rubbish' };
    rig.backend.put(aService({ labels: policy }), inStaging({ labels: policy }));

    await planned();

    expect(await storedUpgrade()).toMatchObject({ status: 'failed', failures: 2 });
    expect(rig.notices).toMatchObject([{ status: 'failed', lines: [{}, {}] }]);
  });

  it('waits while the environments cannot be listed, and says why', async () => {
    rig.backend.failures.set('environments', failure('rancher.unauthorized', 'Rancher refuses the key'));

    await planned();

    expect(await rig.record()).toMatchObject({
      upgrade: {
        status: 'running',
        planAt: noonPlus(2),
        outage: { reason: { code: 'rancher.unauthorized', message: 'Rancher refuses the key' } },
      },
      plans: [],
    });
    expect(rig.logged).toMatchObject([{ level: 'warn', code: 'rancher.unauthorized', upgrade: 'u1' }]);
  });

  it('gives up when patience has run out', async () => {
    rig.backend.failures.set('environments', failure('rancher.unreachable', 'Rancher does not answer'));
    await planned();
    await rig.clock.advance(HOUR_MS);

    await planned();

    expect(await storedUpgrade()).toMatchObject({ status: 'failed', finishedAt: noonPlus(3600) });
    expect(rig.notices).toHaveLength(1);
  });

  it('lets no environment that cannot be read stop the others', async () => {
    rig.backend.failures.set('candidates 1a6', failure('rancher.forbidden', 'Rancher forbids it'));

    await planned();

    expect(await rig.record()).toMatchObject({
      upgrade: { status: 'running', planAt: noonPlus(2) },
      plans: [
        { environment: { id: '1a5' }, status: 'planned' },
        { environment: { id: '1a6' }, status: 'pending', outage: { reason: { code: 'rancher.forbidden' } } },
      ],
      rollouts: [{ environment: { name: 'production' } }],
    });
  });

  it('reads again only what could not be read', async () => {
    rig.backend.failures.set('candidates 1a6', failure('rancher.unreachable'));
    await planned();
    rig.backend.failures.clear();
    await rig.clock.advance(2000);

    await planned();

    const { upgrade: after, plans, rollouts } = await rig.record();
    expect(after.planAt).toBeNull();
    expect(plans.map(({ status, outage }) => [status, outage])).toEqual([
      ['planned', null],
      ['planned', null],
    ]);
    expect(rollouts.map(({ environment }) => environment.id)).toEqual(['1a5', '1a6']);
  });

  it('counts an environment that was given up as failed', async () => {
    rig.backend.put(aService({ image: 'acme/api:1' }), inStaging({ image: 'acme/api:1' }));
    rig.backend.failures.set('candidates 1a6', failure('rancher.forbidden'));
    await planned();
    await rig.clock.advance(HOUR_MS);

    await planned();

    expect(await rig.record()).toMatchObject({
      upgrade: { status: 'failed', planAt: null, failures: 1 },
      plans: [{ status: 'planned' }, { status: 'failed' }],
    });
    expect(rig.notices).toHaveLength(1);
  });

  it('goes on after a crash in which the environments were listed and not all read', async () => {
    rig.backend.gates.set('candidates 1a6', new Promise(() => {}));
    void planned();
    await idle();
    rig.backend.gates.clear();
    rig.backend.failures.set('environments', failure('rancher.unreachable'));

    await planned();

    expect((await rig.record()).rollouts).toHaveLength(2);
  });

  it('goes on after a crash in which a part was written, and plans no service twice', async () => {
    const services = Array.from({ length: 450 }, (_, index) => inProduction(`1s${index}`));
    rig.backend.known = [{ id: '1a5', name: 'production' }];
    rig.backend.candidates = async () => services;
    rig.store.refuses = ({ plans = [] }) =>
      plans.some(({ status }) => status === 'planned') ? failure('store.unavailable') : null;
    await expect(planned()).rejects.toMatchObject({ code: 'store.unavailable' });
    rig.store.refuses = () => null;
    const before = (await rig.record()).rollouts;

    await planned();

    const { plans, rollouts } = await rig.record();
    expect(before).toHaveLength(400);
    expect(plans).toMatchObject([{ status: 'planned', skipped: [] }]);
    expect(rollouts.map(({ service }) => service.id)).toEqual(services.map(({ ref }) => ref.id));
  });

  it('begins anew after a crash in which nothing was written, and writes all that is ready in one change', async () => {
    rig.store.refuses = () => failure('store.unavailable');
    await expect(planned()).rejects.toMatchObject({ code: 'store.unavailable' });
    rig.store.refuses = () => null;
    const before = rig.store.commits.length;

    await planned();

    expect((await rig.record()).rollouts).toHaveLength(2);
    expect(rig.store.commits.slice(before)).toHaveLength(1);
  });

  it('has nothing in hand any more when it fails, or the same would be planned twice', async () => {
    const slow = rig.clock.sleep(60_000);
    rig.backend.gates.set('candidates 1a6', slow);
    rig.store.refuses = ({ rollouts }) =>
      rollouts?.[0]?.environment.id === '1a5' ? failure('store.unavailable') : null;

    let ended = false;
    const running = planned().catch(() => (ended = true));
    await idle();
    const before = ended;
    await rig.clock.advance(60_000);
    await running;

    expect([before, ended]).toEqual([false, true]);
    expect((await rig.record()).plans.map(({ status }) => status)).toEqual(['pending', 'planned']);
  });

  it('gives up an environment in which a bug shows, which it does not hide, and no other', async () => {
    rig.backend.gates.set('candidates 1a6', idle());
    rig.backend.failures.set('candidates 1a5', new TypeError('a bug'));

    await planned();

    expect(await rig.record()).toMatchObject({
      upgrade: { planAt: null, failures: 1 },
      plans: [
        { environment: { id: '1a5' }, status: 'failed', outage: { reason: { code: 'internal.error' } } },
        { environment: { id: '1a6' }, status: 'planned' },
      ],
      rollouts: [{ environment: { id: '1a6' } }],
    });
    expect(rig.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'planning failed', reason: 'a bug' }),
    );
  });

  it('ends as failed because of a bug in listing the environments', async () => {
    rig.backend.failures.set('environments', new TypeError('a bug'));

    await expect(planned()).rejects.toThrow('a bug');

    expect(await storedUpgrade()).toMatchObject({ status: 'failed', failures: 1 });
    expect(rig.notices).toHaveLength(1);
  });

  it('writes nothing down where the store cannot say what is held back', async () => {
    rig.store.holds = () => Promise.reject(failure('store.unavailable', 'the disk is gone'));

    await expect(planned()).rejects.toMatchObject({ code: 'store.unavailable' });

    expect(await rig.record()).toMatchObject({ upgrade: { status: 'running' }, plans: [] });
  });

  it.each<[string, string, Partial<Service>]>([
    ['debug', 'label.off', { labels: {} }],
    ['info', 'version.not_newer', { image: 'registry.acme.io/shop/web:3.0.0' }],
    ['warn', 'label.invalid', { labels: { 'autoupdate.enable': 'true', 'autoupdate.timeout': 'soon' } }],
  ])('says at level %s that it has left a service for %s', async (level, code, service) => {
    rig.backend.put(inStaging(service));

    await planned();

    const about = { environment: 'staging', service: 'shop/web', upgrade: 'u1' };
    expect(rig.logged).toContainEqual(
      expect.objectContaining({ level, message: 'web: left as it is', code, ...about }),
    );
  });

  async function planned(): Promise<void> {
    await rig.planning.run(await storedUpgrade(), new AbortController().signal);
  }

  async function storedUpgrade() {
    return (await rig.record()).upgrade;
  }
});

function inProduction(id: string): Service {
  return aService({ ref: { backend: 'cattle', environment: '1a5', id } });
}

function inStaging(overrides: Partial<Service> = {}): Service {
  return aService({
    ref: { backend: 'cattle', environment: '1a6', id: '1s9' },
    environment: { id: '1a6', name: 'staging' },
    ...overrides,
  });
}
