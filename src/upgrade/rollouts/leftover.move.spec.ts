import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOptions, aRollout, anUpgrade, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../../domain/rollout.js';
import { LeftoverMove } from './leftover.move.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const NEWER = 'registry.acme.io/shop/web:2.2.0';
const MINUTE = 60_000;

describe(LeftoverMove.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
  });

  afterEach(() => rig.close());

  describe('on what somebody else has left over', () => {
    beforeEach(() => {
      const from = 'registry.acme.io/shop/web:2.0.5';
      rig.backend.put(aService({ phase: 'upgraded', state: 'upgraded', revision: 'theirs', image: from }));
      rig.backend.before.set('1s7', { revision: 'before', image: OLD });
    });

    it.each([
      ['finish', ['0 finish 1s7', '6 start 1s7 2.1.0', '6 finish 1s7']],
      ['rollback', ['0 rollback 1s7', '6 start 1s7 2.1.0', '6 finish 1s7']],
    ] as const)('does what was asked for, %s, and then starts', async (leftover, acts) => {
      await waits({ leftover });
      await rig.clock.advance(MINUTE);

      expect(rig.backend.acts.map(act)).toEqual(acts.map(act));
      expect(await rig.rollout()).toMatchObject({ status: 'finished' });
    });

    it('says while it waits what it does, and why', async () => {
      rig.backend.afterRollback = 'rolling_back';
      await waits({ leftover: 'rollback' });

      expect(await rig.rollout()).toMatchObject({
        status: 'queued',
        reason: {
          code: 'service.awaiting_confirmation',
          message: 'rolling back what was left over from before',
        },
        dueAt: noonPlus(5),
      });
      expect(await rig.store.holds()).toEqual([]);
    });

    it('does not finish what is not sound, and gives up after ten minutes', async () => {
      const sick = aContainer({ revision: 'theirs', sound: false });
      rig.backend.inspections.set('1s7', anInspection({ containers: [sick] }));
      await waits({ leftover: 'finish' });
      await rig.clock.advance(11 * MINUTE);

      expect(rig.backend.acts).toEqual([]);
      expect(await rig.rollout()).toMatchObject({
        status: 'skipped',
        reason: { code: 'service.awaiting_confirmation' },
      });
    });

    it('says what Rancher has against it, and gives up after ten minutes', async () => {
      rig.backend.failures.set('rollBack', failure('rancher.refused', 'Rancher refuses it'));
      await waits({ leftover: 'rollback' });
      const meanwhile = await rig.rollout();
      await rig.clock.advance(11 * MINUTE);

      expect(meanwhile).toMatchObject({ status: 'queued', reason: { message: 'Rancher refuses it' } });
      expect(await rig.rollout()).toMatchObject({ status: 'skipped' });
    });

    it('does not hide a bug', async () => {
      rig.backend.failures.set('rollBack', new TypeError('a bug'));
      await waits({ leftover: 'rollback' });

      expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'internal.error' } });
    });

    it('rolls back what was cancelled, never continues it', async () => {
      rig.backend.set('1s7', { phase: 'cancelled', state: 'canceled-upgrade' });
      await waits({ leftover: 'finish' });
      await rig.clock.advance(MINUTE);

      expect(rig.backend.acts.map(act)[0]).toBe('rollback 1s7');
      expect(await rig.rollout()).toMatchObject({ status: 'finished' });
    });
  });

  describe('on what one of our own rollouts has left over', () => {
    beforeEach(async () => {
      rig.backend.put(aService());
      await rig.stored({ id: 'u1', planAt: null, options: anOptions({ confirm: false }) }, [
        aRollout({ confirm: false }),
      ]);
      await rig.startEngine();
      await rig.clock.advance(4000);
    });

    it('lets that one finish, with its own reason and its own status, and then starts', async () => {
      await follows('finish');
      await rig.clock.advance(MINUTE);

      expect(rig.backend.acts.map(act)).toEqual([
        'start 1s7 2.1.0',
        'finish 1s7',
        'start 1s7 2.2.0',
        'finish 1s7',
      ]);
      expect(await rig.rollout()).toMatchObject({ status: 'finished', confirm: true });
      expect((await rig.record('u1')).upgrade.status).toBe('succeeded');
      expect((await rig.record('u2')).upgrade.status).toBe('succeeded');
      expect(await said('r1')).toContain(
        'confirmed: asked for by the upgrade u2, which waits for the service',
      );
    });

    it('has that one rolled back, which holds nothing back, and then starts', async () => {
      await follows('rollback');
      await rig.clock.advance(MINUTE);

      expect(rig.backend.acts.map(act)).toEqual([
        'start 1s7 2.1.0',
        'rollback 1s7',
        'start 1s7 2.2.0',
        'finish 1s7',
      ]);
      expect(await rig.rollout()).toMatchObject({
        status: 'rolled_back',
        reason: {
          code: 'rollout.overtaken',
          message: 'rolled back: asked for by the upgrade u2, which waits for the service',
        },
      });
      expect(await rig.store.holds()).toEqual([]);
      expect(await rig.rollout('r2', 'u2')).toMatchObject({ status: 'finished', from: OLD });
    });

    it.each(['finish', 'rollback'] as const)(
      'does not take for a fault of Rancher that the store does not write it, and tries again to %s it',
      async (leftover) => {
        rig.store.refuses = ({ rollouts = [] }) =>
          rollouts.some(({ id }) => id === 'r1')
            ? failure('store.conflict', 'somebody else has written')
            : null;
        await follows(leftover);
        await rig.clock.advance(MINUTE);
        const meanwhile = await rig.rollout('r2', 'u2');
        rig.store.refuses = () => null;
        await rig.clock.advance(MINUTE);

        expect(meanwhile).toMatchObject({
          status: 'queued',
          reason: { code: 'service.awaiting_confirmation' },
        });
        expect(await reasons('r2')).toEqual(['service.awaiting_confirmation']);
        expect(await rig.rollout('r2', 'u2')).toMatchObject({ status: 'finished' });
      },
    );

    it('leaves it where it was not asked for, and is skipped', async () => {
      await follows('refuse');
      await rig.clock.advance(11 * MINUTE);

      expect(rig.backend.acts.map(act)).toEqual(['start 1s7 2.1.0']);
      expect(await rig.rollout()).toMatchObject({ status: 'awaiting_confirmation' });
      expect(await rig.rollout('r2', 'u2')).toMatchObject({
        status: 'skipped',
        reason: { code: 'service.awaiting_confirmation' },
      });
    });
  });

  async function follows(leftover: Rollout['leftover']): Promise<void> {
    const upgrade = anUpgrade({ id: 'u2', image: NEWER, planAt: null });
    const dueAt = rig.clock.now();
    const rollouts = [aRollout({ id: 'r2', upgradeId: 'u2', to: NEWER, leftover, dueAt })];
    await rig.store.commit({ upgrade, rollouts });
  }

  async function said(rolloutId: string): Promise<readonly string[]> {
    const entries = await rig.store.journal({ after: 0, limit: 100 });
    return entries.filter((entry) => entry.rolloutId === rolloutId).map(({ message }) => message);
  }

  /** The codes of what its history says, each once. */
  async function reasons(rolloutId: string): Promise<readonly string[]> {
    const entries = await rig.store.journal({ after: 0, limit: 100 });
    const all = entries.filter((entry) => entry.rolloutId === rolloutId && entry.reason);
    return [...new Set(all.map(({ reason }) => reason?.code ?? ''))];
  }

  async function waits(overrides: Partial<Rollout>): Promise<void> {
    await rig.stored({ planAt: null }, [aRollout(overrides)]);
    await rig.startEngine();
  }
});

/** What was asked, whenever that was. */
function act(said: string): string {
  return said.replace(/^\d+ /, '');
}
