import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOutage, NOON, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService, anInspection } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { reason } from '../../domain/reasons.js';
import type { Service } from '../../domain/service.js';
import { RolloutRunner } from './rollout.runner.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const NEW = 'registry.acme.io/shop/web:2.1.0';

describe(RolloutRunner.name, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(aService());
  });

  afterEach(() => rig.close());

  describe('of a rollout that is queued', () => {
    it('starts, waits until the service is upgraded, finishes, and waits until it is idle', async () => {
      rig.backend.afterStart = 'upgrading';
      rig.backend.afterFinish = 'finishing';
      const { end } = await rig.begin();
      await rig.clock.advance(5000);
      becomes({ phase: 'upgraded' });
      await rig.clock.advance(5000);
      becomes({ phase: 'idle' });
      await rig.clock.advance(5000);
      await end;

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '6 finish 1s7']);
      expect(rig.statuses()).toEqual(['queued', 'queued', 'upgrading', 'finishing', 'finished']);
      expect(await rig.rollout()).toMatchObject({
        reason: null,
        startedAt: NOON,
        finishedAt: noonPlus(12),
        revision: 'ours-1',
      });
    });

    it('fails when its time is up, however late the next sight of the service comes', async () => {
      rig.backend.afterStart = 'upgrading';
      rig.backend.paceMs = 600_000;
      const { end } = await rig.begin({ timeout: 15 });
      await rig.clock.advance(15_000);
      await end;

      expect(await rig.rollout()).toMatchObject({
        status: 'failed',
        reason: { code: 'rollout.timeout' },
        finishedAt: noonPlus(15),
      });
    });

    it('leaves it to somebody to confirm, where that is asked for', async () => {
      await rig.ran({ confirm: false });

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0']);
      expect(await rig.rollout()).toMatchObject({ status: 'awaiting_confirmation', dueAt: noonPlus(30) });
    });

    it('decides anew on what is there now', async () => {
      rig.backend.set('1s7', { image: 'registry.acme.io/shop/web:2.2.0' });

      await rig.ran();

      expect(rig.backend.acts).toEqual([]);
      expect(await rig.rollout()).toMatchObject({
        status: 'skipped',
        reason: { code: 'version.not_newer' },
      });
    });

    it('does not start what its containers forbid', async () => {
      rig.backend.set('1s7', { inspectBeforeStart: true });
      rig.backend.inspection = anInspection({ blocked: reason('secrets.hidden', 'it uses secrets') });

      await rig.ran();

      expect(rig.backend.acts).toEqual([]);
      expect(await rig.rollout()).toMatchObject({ status: 'skipped', reason: { code: 'secrets.hidden' } });
    });

    it('waits for a service that is busy', async () => {
      rig.backend.set('1s7', { phase: 'changing', state: 'restarting' });

      await rig.ran();

      expect(rig.backend.acts).toEqual([]);
      expect(await rig.rollout()).toMatchObject({
        status: 'queued',
        reason: { code: 'service.busy' },
        busySince: NOON,
        dueAt: noonPlus(5),
      });
    });

    it.each(['look', 'inspect'] as const)('waits where it cannot %s', async (question) => {
      rig.backend.set('1s7', { inspectBeforeStart: true });
      rig.backend.failures.set(question, failure('rancher.unauthorized', 'Rancher refuses the key'));

      await rig.ran();

      expect(await rig.rollout()).toMatchObject({
        status: 'queued',
        reason: { code: 'rancher.unauthorized', message: 'Rancher refuses the key' },
        outage: { since: NOON, attempts: 1 },
        dueAt: noonPlus(2),
      });
      expect(rig.logged).toMatchObject([
        { level: 'warn', message: 'web: waiting', reason: 'Rancher refuses the key' },
      ]);
    });

    it('is given up when patience has run out', async () => {
      rig.backend.failures.set('look', failure('rancher.unreachable'));
      const outage = anOutage({ since: noonPlus(-3600), attempts: 60 });

      await rig.ran({ outage });

      expect(await rig.rollout()).toMatchObject({
        status: 'failed',
        reason: { code: 'rancher.unreachable' },
      });
    });
  });

  describe('of a rollout with a start of which nobody knows what came', () => {
    const attempt = {
      at: noonPlus(-30),
      revision: 'before',
      image: OLD,
      count: 1,
      open: true,
      last: null,
      restoring: false,
    };

    it('adopts what did happen', async () => {
      rig.backend.set('1s7', { phase: 'upgraded', revision: 'new', image: NEW });

      await rig.ran({ attempt });

      expect(rig.backend.acts).toEqual(['0 finish 1s7']);
      expect(await rig.rollout()).toMatchObject({
        status: 'finished',
        revision: 'new',
        startedAt: noonPlus(-30),
      });
    });

    it('starts again what did not happen', async () => {
      await rig.ran({ attempt });

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '0 finish 1s7']);
      expect(await rig.rollout()).toMatchObject({ status: 'finished', attempt: { count: 2 } });
    });

    it('goes by when a look began, for that is how old its answer may be', async () => {
      rig.backend.gates.set('look', rig.clock.sleep(2000));

      await rig.ran({ attempt: { ...attempt, at: noonPlus(-29) } });

      expect(rig.backend.acts).toEqual([]);
      expect(await rig.rollout()).toMatchObject({ status: 'queued', attempt: { open: true, count: 1 } });
    });

    it('starts again what has left nothing but its image', async () => {
      rig.backend.set('1s7', { revision: 'stored', image: NEW });
      rig.backend.inspection = anInspection({ current: 0, outdated: 2 });

      await rig.ran({ attempt });

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '0 finish 1s7']);
      expect(await rig.rollout()).toMatchObject({ status: 'finished', from: OLD, to: NEW });
    });

    it.each(['rancher.uncertain', 'rancher.conflict', 'rancher.unreachable'] as const)(
      'starts that a third time, if the second has failed with %s',
      async (code) => {
        rig.backend.set('1s7', { revision: 'stored', image: NEW });
        rig.backend.inspection = anInspection({ current: 0, outdated: 2 });
        rig.backend.failures.set('start', failure(code));
        await rig.ran({ attempt });
        rig.backend.failures.clear();
        await rig.clock.advance(30_000);

        const end = rig.rollouts.run(await rig.rollout(), new AbortController().signal);
        await rig.clock.advance(4000);
        await end;

        expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '34 start 1s7 2.1.0', '34 finish 1s7']);
        expect(await rig.rollout()).toMatchObject({ status: 'finished', from: OLD });
      },
    );

    it('does not count the time in which Rancher could not be seen since', async () => {
      rig.backend.set('1s7', { phase: 'upgrading', revision: 'new', image: NEW });
      const outage = anOutage({ since: noonPlus(-29), attempts: 9 });

      const { end } = await rig.begin({ attempt, outage, timeout: 10 });
      await rig.clock.advance(8000);
      const before = await rig.rollout();
      await rig.clock.advance(2000);
      await end;

      expect(before).toMatchObject({ status: 'upgrading', unseenMs: 29_000 });
      expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'rollout.timeout' } });
    });
  });

  describe('of a rollout that awaits confirmation', () => {
    const since = { startedAt: NOON, timedFrom: NOON };
    const awaiting = { status: 'awaiting_confirmation', revision: 'ours', ...since } as const;

    it('looks once, and later again', async () => {
      becomes({ phase: 'upgraded', revision: 'ours', image: NEW });
      await rig.clock.advance(1_200_000);

      await rig.ran(awaiting);

      expect(await rig.rollout()).toMatchObject({ status: 'awaiting_confirmation', dueAt: noonPlus(1320) });
    });

    it('waits on, however long the service cannot be seen', async () => {
      rig.backend.failures.set('look', failure('rancher.unreachable'));
      const outage = anOutage({ since: noonPlus(-1e6), attempts: 900 });

      await rig.ran({ ...awaiting, outage });

      expect(await rig.rollout()).toMatchObject({ status: 'awaiting_confirmation', dueAt: noonPlus(60) });
    });

    it('notes that somebody has finished it', async () => {
      becomes({ phase: 'idle', revision: 'ours', image: NEW });

      await rig.ran(awaiting);

      expect(await rig.rollout()).toMatchObject({
        status: 'finished',
        reason: { code: 'rollout.finished_elsewhere' },
      });
    });
  });

  it('ends a rollout as failed because of a bug, which it does not hide', async () => {
    rig.backend.failures.set('look', new TypeError('a bug'));

    await expect(rig.ran()).rejects.toThrow('a bug');

    expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'internal.error' } });
  });

  it('changes nothing when the store fails', async () => {
    rig.backend.afterStart = 'upgrading';
    const { end } = await rig.begin();
    rig.store.refuses = () => failure('store.unavailable');
    becomes({ phase: 'upgraded' });
    await Promise.all([
      expect(end).rejects.toMatchObject({ code: 'store.unavailable' }),
      rig.clock.advance(2000),
    ]);

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0']);
    expect(await rig.rollout()).toMatchObject({ status: 'upgrading' });
  });

  function becomes(changes: Partial<Service>): void {
    rig.backend.set('1s7', changes);
  }
});
