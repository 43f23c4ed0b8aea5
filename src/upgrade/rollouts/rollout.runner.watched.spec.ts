import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOptions, aRollout, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { RolloutRunner } from './rollout.runner.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe(`${RolloutRunner.name}, of what is watched,`, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(service('1s7'));
  });

  afterEach(() => rig.close());

  describe('as it bakes', () => {
    it('is finished when its containers have been sound for so long', async () => {
      await taken({ bake: 90 });
      await rig.clock.advance(2 * MINUTE);

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '90 finish 1s7']);
      expect(await rig.rollout()).toMatchObject({ status: 'finished', reason: null });
    });

    it('holds no slot', async () => {
      rig.settings.AUTOUPDATE_MAX_PARALLEL = 1;
      rig.backend.put(service('1s8'), service('1s9'));
      const rollouts = ['1s7', '1s8', '1s9'].map((id) =>
        aRollout({ id, service: service(id).ref, bake: 600 }),
      );
      await rig.stored({ planAt: null }, rollouts);
      await rig.startEngine();
      await rig.clock.advance(30_000);

      expect(rig.backend.acts.filter((act) => act.includes('start'))).toHaveLength(3);
      expect(rig.backend.acts.filter((act) => act.includes('finish'))).toEqual([]);
    });

    it('does not begin before the service is upgraded, whatever containers it has by then', async () => {
      rig.backend.afterStart = 'upgrading';
      await taken({ bake: 60, timeout: 600 });
      await rig.clock.advance(100_000);
      const meanwhile = await rig.rollout();
      rig.backend.finishUpgrading();
      await rig.clock.advance(90_000);

      expect(meanwhile).toMatchObject({ status: 'upgrading', proof: { soundSince: null } });
      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '162 finish 1s7']);
    });

    it('begins anew when a container is not sound meanwhile', async () => {
      await taken({ bake: 90 });
      await rig.clock.advance(50_000);
      sick('1s7');
      await rig.clock.advance(20_000);
      rig.backend.inspections.clear();
      await rig.clock.advance(2 * MINUTE);

      const [, finish = ''] = rig.backend.acts;
      expect(Number.parseInt(finish, 10)).toBeGreaterThanOrEqual(70 + 90);
      expect(await rig.rollout()).toMatchObject({ status: 'finished' });
    });

    it('fails when its containers are not sound for too long', async () => {
      await taken({ bake: 90 });
      await rig.clock.advance(50_000);
      sick('1s7');
      await rig.clock.advance(2 * MINUTE);

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0']);
      expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'rollout.unhealthy' } });
    });

    it('gives a slow finish its time, however long it has baked', async () => {
      rig.backend.afterFinish = 'finishing';
      await taken({ bake: 600 });
      await rig.clock.advance(601_000);
      const meanwhile = await rig.rollout();
      rig.backend.set('1s7', { phase: 'idle' });
      await rig.clock.advance(4000);

      expect(meanwhile).toMatchObject({ status: 'finishing' });
      expect(await rig.rollout()).toMatchObject({ status: 'finished', reason: null });
    });
  });

  describe('after it has failed', () => {
    beforeEach(async () => {
      rig.backend.afterStart = 'upgrading';
      await taken({});
      await rig.clock.advance(MINUTE);
    });

    it('says once that its service cannot be seen, however long that lasts', async () => {
      rig.backend.failures.set('look', failure('rancher.forbidden'));
      await rig.clock.advance(HOUR);

      const said = rig.logged.filter(({ message }) => String(message).endsWith(': waiting'));
      expect(said).toMatchObject([{ code: 'rancher.forbidden' }]);
    });

    it('frees its slot, and people are told', async () => {
      expect(await rig.rollout()).toMatchObject({ status: 'failed', watchedUntil: noonPlus(30 + 86_400) });
      expect((await rig.record()).upgrade.status).toBe('failed');
      expect(rig.notices).toMatchObject([{ status: 'failed' }]);
    });

    it('is finished late, and people are told again', async () => {
      await rig.clock.advance(HOUR);
      rig.backend.finishUpgrading();
      await rig.clock.advance(HOUR);

      const { upgrade, rollouts } = await rig.record();
      expect(rollouts).toMatchObject([{ status: 'finished', reason: { code: 'rollout.late' } }]);
      expect(upgrade.status).toBe('succeeded');
      expect(rig.notices.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    });

    it('bakes before that', async () => {
      rig.backend.put(service('1s8'));
      await rig.stored({ id: 'u2', planAt: null }, [
        aRollout({ id: 'r2', upgradeId: 'u2', service: service('1s8').ref, bake: 3600 }),
      ]);
      await rig.clock.advance(HOUR);
      rig.backend.set('1s8', { phase: 'upgraded' });
      await rig.clock.advance(HOUR);
      const before = await rig.rollout('r2', 'u2');
      await rig.clock.advance(HOUR);

      expect(before).toMatchObject({ status: 'failed' });
      expect(await rig.rollout('r2', 'u2')).toMatchObject({
        status: 'finished',
        reason: { code: 'rollout.late' },
      });
    });

    it('is left as it is when the day is over', async () => {
      await rig.clock.advance(25 * HOUR);
      rig.backend.finishUpgrading();
      await rig.clock.advance(HOUR);

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0']);
      expect(await rig.rollout()).toMatchObject({
        status: 'failed',
        reason: { code: 'rollout.timeout' },
        watchedUntil: null,
        finishedAt: noonPlus(30),
      });
    });
  });

  describe('while somebody has to confirm it', () => {
    it('reminds people after an hour, then after twice the time', async () => {
      await taken({ confirm: false });
      await rig.clock.advance(8 * HOUR);

      const still = rig.notices.filter(({ summary }) => summary.startsWith('still awaiting'));
      expect(still).toHaveLength(3);
      expect(await rig.rollout()).toMatchObject({ status: 'awaiting_confirmation', reminders: 3 });
    });

    it('records that somebody has finished it instead of reminding', async () => {
      await taken({ confirm: false });
      await rig.clock.advance(HOUR - MINUTE);
      rig.backend.set('1s7', { phase: 'idle' });
      await rig.clock.advance(HOUR);

      expect(rig.notices.filter(({ summary }) => summary.startsWith('still awaiting'))).toEqual([]);
      expect(await rig.rollout()).toMatchObject({ reason: { code: 'rollout.finished_elsewhere' } });
    });

    it.each([
      ['leave', 'failed', ['0 start 1s7 2.1.0']],
      ['rollback', 'rolled_back', ['0 start 1s7 2.1.0', '900 rollback 1s7']],
    ] as const)(
      'takes the way of a failure, %s, when nobody confirms it in time',
      async (onFailure, status, acts) => {
        await taken({ confirm: false, confirmWithin: 900, onFailure });
        await rig.clock.advance(HOUR);

        expect(rig.backend.acts).toEqual(acts);
        expect(await rig.rollout()).toMatchObject({ status, reason: { code: 'rollout.unconfirmed' } });
      },
    );
  });

  describe('with an upgrade that limits itself', () => {
    const ids = ['1s1', '1s2', '1s3', '1s4'];

    beforeEach(() => {
      rig.backend.put(...ids.map((id) => service(id)));
      rig.backend.afterStart = 'upgrading';
    });

    it('starts no more at once than may, though several are due at the same moment', async () => {
      await started({ maxParallel: 2 });
      for (let turn = 0; turn < 8; turn += 1) {
        await rig.clock.advance(4000);
        rig.backend.finishUpgrading();
      }
      await rig.clock.advance(10_000);

      expect(rig.backend.most).toBe(2);
      expect((await rig.record()).upgrade.status).toBe('succeeded');
    });

    it('goes on after a service whose start was refused', async () => {
      rig.backend.failures.set('start 1s1', failure('rancher.refused', 'no such registry'));
      await started({ maxParallel: 1 });
      for (let turn = 0; turn < 12; turn += 1) {
        await rig.clock.advance(4000);
        rig.backend.finishUpgrading();
      }

      expect((await rig.record()).rollouts.map(({ status }) => status).toSorted()).toEqual([
        'failed',
        'finished',
        'finished',
        'finished',
      ]);
    });

    it('stops after so many failures: what has not started is cancelled', async () => {
      await started({ maxParallel: 1, maxFailures: 1 });
      await rig.clock.advance(2 * MINUTE);

      const { upgrade, rollouts } = await rig.record();
      expect(rig.backend.acts).toHaveLength(1);
      expect(rollouts.map(({ status, reason }) => `${status} ${reason?.code}`).toSorted()).toEqual([
        'cancelled upgrade.stopped',
        'cancelled upgrade.stopped',
        'cancelled upgrade.stopped',
        'failed rollout.timeout',
      ]);
      expect(upgrade.status).toBe('failed');
      expect(rig.notices).toHaveLength(2);
    });

    async function started(options: Parameters<typeof anOptions>[0]): Promise<void> {
      const rollouts = ids.map((id) => aRollout({ id, service: service(id).ref }));
      await rig.stored({ planAt: null, options: anOptions(options) }, rollouts);
      await rig.startEngine();
    }
  });

  async function taken(overrides: Partial<Rollout>): Promise<void> {
    await rig.stored({ planAt: null }, [aRollout(overrides)]);
    await rig.startEngine();
  }

  function sick(id: string): void {
    const { revision } = rig.backend.get(id);
    rig.backend.inspections.set(id, anInspection({ containers: [aContainer({ revision, sound: false })] }));
  }
});

function service(id: string): Service {
  return aService({ ref: { backend: 'cattle', environment: '1a5', id }, name: id });
}
