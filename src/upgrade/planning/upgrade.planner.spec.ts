import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOptions, aRollout, anUpgrade } from '../../../test/fakes/records.js';
import { aHold } from '../../../test/fakes/kept.js';
import { Loop } from '../../../test/fakes/loop.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService, anInspection } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { reason } from '../../domain/reasons.js';
import type { Service } from '../../domain/service.js';
import { UpgradePlanner } from './upgrade.planner.js';

const PRODUCTION = { backend: 'cattle', id: '1a5', name: 'production' };

describe(UpgradePlanner.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
  });

  afterEach(() => rig.close());

  it('makes a rollout for each service that is to be upgraded', async () => {
    rig.backend.put(aService({ sidekicks: [{ name: 'proxy', image: 'acme/proxy:1', recreated: true }] }));

    const { rollouts, skipped } = await planned();

    const { id, ...rollout } = rollouts[0] ?? aRollout();
    expect(rollout).toEqual({ ...aRollout({ recreated: ['proxy'] }), id: undefined });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(skipped).toEqual([]);
  });

  it('reads what is held back once for all environments that are planned at the same time', async () => {
    const holds = rig.store.holds.bind(rig.store);
    let asked = 0;
    rig.store.holds = () => {
      asked += 1;
      return holds();
    };

    await Promise.all([planned(), planned(), planned()]);
    const together = asked;
    await planned();

    expect([together, asked]).toEqual([1, 2]);
  });

  it('looks before it leaves a service for a state that may be over', async () => {
    const service = aService();
    rig.backend.put(service);
    rig.backend.candidatesAre = [{ ...service, phase: 'stopped', state: 'inactive' }];

    expect(await planned()).toMatchObject({ rollouts: [{ name: 'web' }], skipped: [] });
  });

  it('leaves it for that state where it cannot look', async () => {
    rig.backend.put(aService({ phase: 'stopped', state: 'inactive' }));
    rig.backend.failures.set('look', failure('rancher.unreachable'));

    const { rollouts, skipped } = await planned();

    expect([rollouts, skipped]).toMatchObject([[], [{ reason: { code: 'service.inactive' } }]]);
  });

  it('tells of each service that is left what it runs and why it is left', async () => {
    const sidekick = { name: 'proxy', image: 'registry.acme.io/shop/web:1.0', recreated: false };
    rig.backend.put(aService({ image: 'acme/api:1', sidekicks: [sidekick] }));

    const { rollouts, skipped } = await planned();

    expect(rollouts).toEqual([]);
    expect(skipped).toEqual([
      {
        environment: { id: '1a5', name: 'production' },
        stack: { id: '1st3', name: 'shop' },
        service: { id: '1s7', name: 'web' },
        link: aService().link,
        running: 'registry.acme.io/shop/web:1.0',
        reason: expect.objectContaining({ code: 'service.sidekick' }),
      },
    ]);
  });

  it.each([{}, { 'autoupdate.enable': 'false' }])(
    'keeps the channels that the label of a service names, be it upgraded or left: %j',
    async (labels) => {
      const said = { 'autoupdate.notify': 'ops, boss' };
      rig.backend.put(aService({ labels: { ...aService().labels, ...said, ...labels } }));

      const { rollouts, skipped } = await planned();

      expect([...rollouts, ...skipped]).toMatchObject([{ notify: ['ops', 'boss'] }]);
    },
  );

  it('makes a rollout that waits for a service in a passing state', async () => {
    rig.backend.put(aService({ phase: 'changing', state: 'restarting' }));

    expect((await planned()).rollouts).toMatchObject([
      { status: 'queued', reason: { code: 'service.busy' }, to: 'registry.acme.io/shop/web:2.1.0' },
    ]);
  });

  it('keeps the service’s own spelling of the repository', async () => {
    rig.backend.put(aService({ image: 'docker.io/library/web:1.0' }));

    const { rollouts } = await planned({ image: 'web:2.0', repository: 'docker.io/library/web' });

    expect(rollouts).toMatchObject([{ from: 'docker.io/library/web:1.0', to: 'docker.io/library/web:2.0' }]);
  });

  it.each([
    ['what the request says', 5, { 'autoupdate.timeout': '7' }, 9, 5],
    ['else the label', null, { 'autoupdate.timeout': '7' }, 9, 7],
    ['else the setting', null, {}, 9, 9],
  ])('gives a service the time that is %s', async (_, timeout, labels, setting, expected) => {
    rig.settings.AUTOUPDATE_TIMEOUT = setting;
    rig.backend.put(aService({ labels: { 'autoupdate.enable': 'true', ...labels } }));

    const { rollouts } = await planned({ options: anOptions({ timeout }) });

    expect(rollouts).toMatchObject([{ timeout: expected }]);
  });

  it('carries over what the caller has chosen', async () => {
    rig.backend.put(aService());

    const { rollouts } = await planned({
      options: anOptions({ confirm: false, startFirst: true, timeout: null }),
    });

    expect(rollouts).toMatchObject([{ confirm: false, startFirst: true, timeout: 600 }]);
  });

  it('changes nothing', async () => {
    rig.backend.put(aService());

    await planned();
    await rig.planner.planClosely(anUpgrade(), PRODUCTION);

    expect(rig.backend.acts).toEqual([]);
    expect(rig.store.commits).toEqual([]);
  });

  it('holds back from each service what is held back from it, and from no other', async () => {
    const image = 'registry.acme.io/shop/web:2.1.0';
    const held = (id: string, tag = image) => ({ ...aHold(), image: tag, service: other(id, {}).ref });
    rig.backend.put(aService(), other('1s8', {}), other('1s9', {}));
    await rig.store.commit({
      holds: [held('1s8', 'registry.acme.io/shop/web:2.0.9'), held('1s8'), held('1s9')],
    });

    const { rollouts, skipped } = await planned();

    expect(rollouts.map(({ service }) => service.id)).toEqual(['1s7']);
    expect(skipped.map(({ service, reason: { code } }) => [service.id, code])).toEqual([
      ['1s8', 'held_back'],
      ['1s9', 'held_back'],
    ]);
  });

  it.each(['plan', 'planClosely'] as const)(
    'lets everything else have its turn meanwhile: %s',
    async (how) => {
      rig.backend.put(...Array.from({ length: 200 }, (_, index) => other(`1s${index}`, { labels: {} })));
      const loop = new Loop();

      const { skipped } = await rig.planner[how](anUpgrade(), PRODUCTION);
      loop.stop();

      expect(skipped).toHaveLength(200);
      expect(loop.turns).toBeGreaterThanOrEqual(7);
    },
  );

  it('fails where the environment cannot be read', async () => {
    rig.backend.failures.set('candidates', failure('rancher.forbidden'));

    await expect(planned()).rejects.toMatchObject({ code: 'rancher.forbidden' });
    await expect(rig.planner.planClosely(anUpgrade(), PRODUCTION)).rejects.toMatchObject({
      code: 'rancher.forbidden',
    });
  });

  describe('planning closely', () => {
    it.each<[string, Partial<Service>, string]>([
      ['inspects where only containers tell', { inspectBeforeStart: true }, 'secrets.hidden'],
      ['inspects what awaits confirmation', { phase: 'upgraded' }, 'secrets.hidden'],
    ])('%s', async (_, service, code) => {
      rig.backend.put(aService(service));
      rig.backend.inspection = anInspection({ blocked: reason('secrets.hidden', '-') });

      const { rollouts, skipped } = await rig.planner.planClosely(anUpgrade(), PRODUCTION);

      expect(rollouts).toEqual([]);
      expect(skipped).toMatchObject([{ reason: { code } }]);
    });

    it('does not inspect what is decided without, or hides nothing', async () => {
      rig.backend.failures.set('inspect', failure('rancher.error'));
      rig.backend.put(aService(), other('1s8', { labels: {}, inspectBeforeStart: true }));

      const { rollouts, skipped } = await rig.planner.planClosely(anUpgrade(), PRODUCTION);

      expect([rollouts.length, skipped.length]).toEqual([1, 1]);
    });
  });

  function planned(upgrade: Parameters<typeof anUpgrade>[0] = {}) {
    return rig.planner.plan(anUpgrade(upgrade), PRODUCTION);
  }
});

function other(id: string, overrides: Partial<Service>): Service {
  return aService({ ref: { backend: 'cattle', environment: '1a5', id }, ...overrides });
}
