import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOptions } from '../../test/fakes/records.js';
import { aService } from '../../test/fakes/services.js';
import { UpgradeRig } from '../../test/fakes/upgrade-rig.js';
import type { UpgradeOptions } from '../domain/upgrade.js';
import { UpgradeEngine } from './upgrade.engine.js';

const WEB = 'registry.acme.io/shop/web';
const MINUTE = 60_000;

describe(`${UpgradeEngine.name}, of versions that follow each other,`, () => {
  let rig: UpgradeRig;

  beforeEach(async () => {
    rig = new UpgradeRig();
    rig.backend.put(aService());
    await rig.startEngine();
  });

  afterEach(() => rig.close());

  describe('where one was rolled back', () => {
    beforeEach(async () => {
      rig.backend.afterStart = 'upgrading';
      await published('u1', '2.1.0', { onFailure: 'rollback' });
      await rig.clock.advance(MINUTE);
      rig.backend.afterStart = 'upgraded';
    });

    it('does not offer it again, and tells people that it is in the way', async () => {
      await published('u2', '2.1.0');
      await rig.clock.advance(MINUTE);

      const { upgrade, plans } = await rig.record('u2');
      expect(acts()).toEqual(['start 1s7 2.1.0', 'rollback 1s7']);
      expect(plans).toMatchObject([
        {
          skipped: [{ reason: { code: 'held_back', message: expect.stringContaining('by the upgrade u1') } }],
        },
      ]);
      expect(upgrade.status).toBe('failed');
      expect(rig.notices.at(-1)).toMatchObject({ upgradeId: 'u2', lines: [{ outcome: 'blocked' }] });
    });

    it('offers it to who asks for it all the same', async () => {
      await published('u2', '2.1.0', { ignoreHold: true });
      await rig.clock.advance(MINUTE);

      expect(acts().slice(2)).toEqual(['start 1s7 2.1.0', 'finish 1s7']);
    });

    it('offers a newer one, which ends the hold once it is finished', async () => {
      await published('u2', '2.2.0');
      await rig.clock.advance(MINUTE);

      expect(acts().slice(2)).toEqual(['start 1s7 2.2.0', 'finish 1s7']);
      expect(await rig.store.holds()).toEqual([]);
    });
  });

  it('does not start what somebody has rolled back meanwhile, though nobody has noticed that before', async () => {
    await published('u1', '2.1.0', { confirm: false });
    await rig.clock.advance(10_000);
    rig.backend.set('1s7', { ...rig.backend.before.get('1s7'), phase: 'idle', state: 'active' });

    await published('u2', '2.1.0');
    await rig.clock.advance(1000);

    expect(acts()).toEqual(['start 1s7 2.1.0']);
    expect(await rig.record('u1')).toMatchObject({
      rollouts: [{ status: 'failed', reason: { code: 'rollout.rolled_back_elsewhere' } }],
    });
    expect(await rig.record('u2')).toMatchObject({
      rollouts: [{ status: 'skipped', reason: { code: 'held_back' } }],
    });
  });

  describe('where one arrives while another waits', () => {
    beforeEach(async () => {
      rig.backend.set('1s7', { phase: 'changing', state: 'restarting' });
      await published('u1', '2.1.0');
      await rig.clock.advance(1000);
    });

    it('lets the newer take its place, tells of that in the journal, and disturbs nobody', async () => {
      await published('u2', '2.2.0');
      await rig.clock.advance(MINUTE);
      rig.backend.set('1s7', { phase: 'idle', state: 'active' });
      await rig.clock.advance(MINUTE);

      const { upgrade, rollouts } = await rig.record('u1');
      expect(acts()).toEqual(['start 1s7 2.2.0', 'finish 1s7']);
      expect(rollouts).toMatchObject([{ status: 'superseded', supersededBy: 'u2' }]);
      expect(upgrade.status).toBe('superseded');
      expect(await said('u1')).toEqual(
        expect.arrayContaining(['superseded: superseded', 'superseded: 0 of 1 service done, 1 superseded']),
      );
      expect(rig.notices.map(({ upgradeId }) => upgradeId)).toEqual(['u2']);
    });

    it('lets no older, no other flavour and no moving tag take its place', async () => {
      await published('u2', '2.0.9');
      await published('u3', '2.2.0-alpine');
      await published('u4', 'latest');
      await rig.clock.advance(MINUTE);

      expect((await rig.record('u1')).rollouts).toMatchObject([{ status: 'queued' }]);
    });
  });

  async function published(id: string, tag: string, options: Partial<UpgradeOptions> = {}): Promise<void> {
    await rig.stored({ id, image: `${WEB}:${tag}`, options: anOptions(options), planAt: rig.clock.now() });
  }

  /** What was asked, whenever that was. */
  function acts(): readonly string[] {
    return rig.backend.acts.map((act) => act.replace(/^\d+ /, ''));
  }

  async function said(upgradeId: string): Promise<readonly string[]> {
    const entries = await rig.store.journal({ after: 0, upgradeId, limit: 100 });
    return entries.map(({ status, message }) => `${status}: ${message}`);
  }
});
