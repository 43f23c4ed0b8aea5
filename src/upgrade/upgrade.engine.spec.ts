import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { idle } from '../../test/fakes/hand-clock.js';
import { anOptions, noonPlus } from '../../test/fakes/records.js';
import { failure } from '../../test/fakes/scripted-backend.js';
import { aService } from '../../test/fakes/services.js';
import { UpgradeRig } from '../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../domain/rollout.js';
import type { Service } from '../domain/service.js';
import { UpgradeEngine } from './upgrade.engine.js';

const MINUTE = 60_000;

describe(UpgradeEngine.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
  });

  afterEach(() => rig.close());

  it('carries an upgrade from its acceptance to its end, and tells people once', async () => {
    rig.backend.put(service('1s7'), service('1s8', { labels: {} }));
    await rig.startEngine();

    await rig.stored({});
    await rig.clock.advance(MINUTE);

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '0 finish 1s7']);
    expect(await rig.record()).toMatchObject({
      upgrade: { status: 'succeeded', finishedAt: noonPlus(2) },
      plans: [{ skipped: [{ reason: { code: 'label.off' } }] }],
      rollouts: [{ status: 'finished' }],
    });
    expect(rig.notices).toMatchObject([{ status: 'succeeded', lines: [{ outcome: 'upgraded' }] }]);
  });

  it('says what became of an upgrade after what became of its last service', async () => {
    rig.backend.put(service('1s7'), service('1s8'));
    await rig.startEngine();

    await rig.stored({});
    await rig.clock.advance(MINUTE);

    const said = rig.logged.map(({ message }) => String(message));
    expect(said.filter((message) => /: (finished|succeeded)$/.test(message))).toEqual([
      '1s7: finished',
      '1s8: finished',
      'registry.acme.io/shop/web:2.1.0: succeeded',
    ]);
  });

  it('does not ask what is due for what it has in hand itself', async () => {
    rig.backend.put(service('1s7'));
    rig.backend.afterStart = 'upgrading';
    await rig.startEngine();
    await rig.stored({});
    await rig.clock.advance(1000);
    rig.backend.finishUpgrading();
    const asked = jest.spyOn(rig.store, 'moving');

    await rig.clock.advance(2000);
    const whileInHand = asked.mock.calls.length;
    await rig.clock.advance(2000);

    expect(rig.statuses((await rig.record()).rollouts[0]?.id).slice(-2)).toEqual(['finishing', 'finished']);
    expect(whileInHand).toBe(0);
    expect(asked).toHaveBeenCalled();
  });

  it('fails partly where some services fail', async () => {
    rig.backend.put(service('1s7'), service('1s8'));
    rig.backend.failures.set('start 1s8', failure('rancher.refused', 'no such registry'));
    await rig.startEngine();

    await rig.stored({});
    await rig.clock.advance(MINUTE);

    expect((await rig.record()).upgrade.status).toBe('partly_failed');
    expect(rig.notices).toMatchObject([
      {
        status: 'running',
        summary: expect.stringMatching(/still under way$/),
        lines: [{ outcome: 'failed', service: '1s8' }],
      },
      {
        status: 'partly_failed',
        lines: [{ outcome: 'failed', reason: 'no such registry' }, { outcome: 'upgraded' }],
      },
    ]);
  });

  it('waits for Rancher, and goes on when it answers', async () => {
    rig.backend.put(service('1s7'));
    rig.backend.failures.set('environments', failure('rancher.unreachable', 'Rancher does not answer'));
    await rig.startEngine();

    await rig.stored({});
    await rig.clock.advance(59 * MINUTE);
    const meanwhile = (await rig.record()).upgrade;
    rig.backend.failures.clear();
    await rig.clock.advance(2 * MINUTE);

    expect(meanwhile).toMatchObject({
      status: 'running',
      outage: { reason: { code: 'rancher.unreachable' } },
    });
    expect((await rig.record()).upgrade.status).toBe('succeeded');
  });

  it('gives up a Rancher that does not answer in an hour', async () => {
    rig.backend.failures.set('environments', failure('rancher.unreachable'));
    await rig.startEngine();

    await rig.stored({});
    await rig.clock.advance(62 * MINUTE);

    expect((await rig.record()).upgrade).toMatchObject({ status: 'failed' });
    expect(rig.notices).toHaveLength(1);
  });

  describe('in order of arrival', () => {
    it('upgrades a service once at a time', async () => {
      rig.backend.put(service('1s7'));
      rig.backend.afterStart = 'upgrading';
      await rig.startEngine();
      await rig.stored({ id: 'u1' });
      await rig.clock.advance(4000);
      await rig.stored({ id: 'u2', image: 'registry.acme.io/shop/web:2.2.0' });
      await rig.clock.advance(4000);
      const acts = [...rig.backend.acts];

      rig.backend.set('1s7', { phase: 'upgraded' });
      rig.backend.afterStart = 'upgraded';
      await rig.clock.advance(MINUTE);

      expect(acts).toEqual(['0 start 1s7 2.1.0']);
      expect(rig.backend.acts).toEqual([
        '0 start 1s7 2.1.0',
        '10 finish 1s7',
        '12 start 1s7 2.2.0',
        '12 finish 1s7',
      ]);
    });

    it('skips what an upgrade before it has made needless', async () => {
      rig.backend.put(service('1s7'));
      await rig.startEngine();
      await rig.stored({ id: 'u1', image: 'registry.acme.io/shop/web:2.2.0' });
      await rig.stored({ id: 'u2', image: 'registry.acme.io/shop/web:2.1.0' });
      await rig.clock.advance(MINUTE);

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.2.0', '0 finish 1s7']);
      expect((await rig.record('u2')).rollouts).toMatchObject([
        { status: 'skipped', reason: { code: 'version.not_newer' } },
      ]);
    });
  });

  describe('with room for two', () => {
    beforeEach(() => {
      rig.settings.AUTOUPDATE_MAX_PARALLEL = 2;
      rig.backend.afterStart = 'upgrading';
    });

    it('upgrades two services at once, over all upgrades', async () => {
      rig.backend.put(...['1s1', '1s2', '1s3', '1s4', '1s5'].map((id) => service(id)));
      rig.backend.put(service('1s6', { image: 'acme/api:1' }));
      await rig.startEngine();
      await rig.stored({ id: 'u1' });
      await rig.stored({ id: 'u2', image: 'acme/api:2', repository: 'docker.io/acme/api' });
      for (let second = 0; second < 60; second += 3) {
        await rig.clock.advance(3000);
        rig.backend.finishUpgrading();
      }

      expect(rig.backend.most).toBe(2);
      expect(rig.backend.acts.filter((act) => act.includes('finish'))).toHaveLength(6);
      expect((await rig.record('u2')).upgrade.status).toBe('succeeded');
    });

    it('gives no place to a service that is waited for', async () => {
      rig.backend.put(
        ...['1s1', '1s2', '1s3'].map((id) => service(id, { phase: 'changing', state: 'restarting' })),
        service('1s4'),
        service('1s5'),
      );
      await rig.startEngine();
      await rig.stored({});
      await rig.clock.advance(1000);

      const started = rig.backend.acts.map((act) => act.replace(/^\S+ /, ''));
      expect(started).toEqual(['start 1s4 2.1.0', 'start 1s5 2.1.0']);
    });

    it('gives no place to a service that awaits confirmation', async () => {
      rig.backend.afterStart = 'upgraded';
      rig.backend.put(...['1s1', '1s2', '1s3', '1s4'].map((id) => service(id)));
      await rig.startEngine();
      await rig.stored({ options: anOptions({ confirm: false }) });
      await rig.clock.advance(1000);

      expect(rig.backend.acts).toHaveLength(4);
    });
  });

  it('begins what is due at the same time a little apart: the first is to be quick', async () => {
    rig.backend.put(service('1s1'), service('1s2'), service('1s3'));
    await rig.startEngine();
    await rig.stored({});
    await rig.clock.advance(1000);

    expect(rig.backend.acts.filter((act) => act.includes('start'))).toEqual([
      '0 start 1s1 2.1.0',
      '0.005 start 1s2 2.1.0',
      '0.01 start 1s3 2.1.0',
    ]);
  });

  it('lets none of hundreds that are due at the same time wait for all before it', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `1s${index + 1}`);
    rig.settings.AUTOUPDATE_MAX_PARALLEL = 100;
    rig.backend.put(...ids.map((id) => service(id)));
    await rig.startEngine();
    await rig.stored({});
    await idle();
    await rig.clock.advance(100);

    const starts = rig.backend.acts.filter((act) => act.includes('start'));
    expect(starts).toHaveLength(100);
    expect(starts.filter((act) => act.startsWith('0.1 '))).toHaveLength(80);
  });

  it('does not let services wait for each other', async () => {
    rig.backend.put(service('1s7'), service('1s8'));
    rig.backend.gates.set('start 1s7', new Promise(() => undefined));
    await rig.startEngine();
    await rig.stored({});
    await rig.clock.advance(5000);

    expect((await rig.record()).rollouts.map(({ status }) => status)).toEqual(['queued', 'finished']);
  });

  it('waits ten minutes for a service in a passing state', async () => {
    rig.backend.put(service('1s7', { phase: 'changing', state: 'restarting' }));
    await rig.startEngine();
    await rig.stored({});
    await rig.clock.advance(10 * MINUTE - 1000);
    const before = await only();
    await rig.clock.advance(2000);

    expect(before).toMatchObject({ status: 'queued', reason: { code: 'service.busy' } });
    expect(await only()).toMatchObject({ status: 'skipped', reason: { code: 'service.busy' } });
    expect((await rig.record()).upgrade.status).toBe('failed');
  });

  describe('while somebody has to confirm', () => {
    beforeEach(async () => {
      rig.backend.put(service('1s7'));
      await rig.startEngine();
      await rig.stored({ options: anOptions({ confirm: false }) });
      await rig.clock.advance(5000);
    });

    it('is settled but not over, and people are told', async () => {
      expect((await rig.record()).upgrade).toMatchObject({
        status: 'awaiting_confirmation',
        finishedAt: null,
      });
      expect(rig.notices).toMatchObject([{ status: 'awaiting_confirmation', tone: 'warning' }]);
    });

    it('looks ever more rarely', async () => {
      await rig.clock.advance(30 * MINUTE);

      const dues = rig.store.commits.flatMap(({ rollouts = [] }) =>
        rollouts.map(({ dueAt }) => Number(dueAt)),
      );
      const pauses = dues.map((due, index) => due - (dues[index - 1] ?? due));
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
      expect(pauses.at(-1)).toBeGreaterThan(2 * MINUTE);
    });

    it.each<[string, Partial<Service>, string, string]>([
      ['finished', { phase: 'idle' }, 'finished', 'succeeded'],
      ['rolled back', { phase: 'idle', revision: 'before' }, 'failed', 'failed'],
    ])('notes that it was %s elsewhere, and tells of it what is bad', async (_, changes, outcome, status) => {
      rig.backend.set('1s7', changes);
      await rig.clock.advance(MINUTE);

      expect(await only()).toMatchObject({ status: outcome });
      expect((await rig.record()).upgrade).toMatchObject({ status });
      expect(rig.notices).toHaveLength(status === 'succeeded' ? 1 : 2);
    });
  });

  async function only(): Promise<Rollout> {
    const { rollouts } = await rig.record();
    const [rollout] = rollouts;
    if (rollout && rollouts.length === 1) return rollout;
    throw new Error(`${rollouts.length} rollouts`);
  }
});

function service(id: string, overrides: Partial<Service> = {}): Service {
  return aService({ ref: { backend: 'cattle', environment: '1a5', id }, name: id, ...overrides });
}
