import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { startStore, type RunningStore } from '../../test/contracts/running-store.js';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { anUpgrade, aPlan, aRollout, aSkipped, NOON, noonPlus } from '../../test/fakes/records.js';
import { Exposition } from '../../test/harness/exposition.js';
import { reason } from '../domain/reasons.js';
import type { Attempt, Rollout } from '../domain/rollout.js';
import type { Upgrade, UpgradeStatus } from '../domain/upgrade.js';
import { STORES } from '../store/store.module.js';
import { UpgradeMeter } from './upgrade.meter.js';

const TIMEOUT = reason('rollout.timeout', 'still upgrading');

function attemptAt(at: Date): Attempt {
  return {
    at,
    revision: 'v1',
    image: 'acme/web:2.0.4',
    count: 1,
    open: true,
    last: null,
    restoring: false,
  };
}

describe(UpgradeMeter.name, () => {
  let clock: HandClock;
  let running: RunningStore;
  let registry: Registry;

  beforeEach(async () => {
    clock = new HandClock(NOON.getTime());
    running = await startStore(STORES[0], ':memory:', clock);
    registry = new Registry();
    new UpgradeMeter(registry, running.store, clock).onModuleInit();
  });

  afterEach(() => running.close());

  async function seen(): Promise<Exposition> {
    return new Exposition(await registry.metrics());
  }

  /** Writes an upgrade as it goes on, with the entry for its status. */
  async function write(
    upgrade: Upgrade,
    status: UpgradeStatus,
    finishedAt: Date | null = null,
  ): Promise<Upgrade> {
    const entry = { at: NOON, upgradeId: upgrade.id, rolloutId: null, status, message: status, reason: null };
    const change = { upgrade: { ...upgrade, status, finishedAt }, journal: [entry] };
    return (await running.store.commit(change)).upgrade ?? upgrade;
  }

  async function writeRollout(rollout: Rollout, changes: Partial<Rollout> = {}): Promise<Rollout> {
    const { rollouts = [] } = await running.store.commit({ rollouts: [{ ...rollout, ...changes }] });
    return rollouts[0] ?? rollout;
  }

  it('counts an upgrade once when it is accepted and once for each end that it comes to', async () => {
    const accepted = await write(anUpgrade(), 'running');
    const failed = await write(accepted, 'failed', noonPlus(30));
    const again = await write(failed, 'running');
    await running.store.commit({ upgrade: { ...again, planAt: null } });
    const late = await write(anUpgrade({ ...again, version: again.version + 1 }), 'succeeded', noonPlus(90));

    const numbers = await seen();
    expect(late.status).toBe('succeeded');
    expect(numbers.value('updater_upgrades_accepted_total')).toBe(1);
    expect(numbers.value('updater_upgrades_total', { outcome: 'failed' })).toBe(1);
    expect(numbers.value('updater_upgrades_total', { outcome: 'succeeded' })).toBe(1);
    expect(numbers.value('updater_upgrades_total', { outcome: 'cancelled' })).toBe(0);
    expect(numbers.value('updater_upgrade_duration_seconds_sum', { outcome: 'failed' })).toBe(30);
    expect(numbers.value('updater_upgrade_duration_seconds_sum', { outcome: 'succeeded' })).toBe(90);
  });

  it('measures how long the first start of an upgrade was waited for, and no other', async () => {
    const upgrade = await write(anUpgrade(), 'running');
    const rollouts = [aRollout({ id: 'r1' }), aRollout({ id: 'r2' })];
    const planned = await running.store.commit({ upgrade, rollouts });
    const [first, second] = planned.rollouts ?? [];
    if (!first || !second || !planned.upgrade) throw new Error('nothing was planned');

    await writeRollout(first, { attempt: attemptAt(noonPlus(0.25)) });
    await running.store.commit({ upgrade: planned.upgrade, rollouts: [aRollout({ id: 'r3' })] });
    await writeRollout(second, { attempt: attemptAt(noonPlus(50)) });

    const numbers = await seen();
    expect(numbers.value('updater_upgrade_first_call_seconds_count')).toBe(1);
    expect(numbers.value('updater_upgrade_first_call_seconds_sum')).toBe(0.25);
  });

  it('measures no first start again when somebody decides and the upgrade goes on', async () => {
    const upgrade = await write(anUpgrade(), 'running');
    const planned = await running.store.commit({ upgrade, rollouts: [aRollout()] });
    const [queued] = planned.rollouts ?? [];
    if (!queued || !planned.upgrade) throw new Error('nothing was planned');
    const started = await writeRollout(queued, { status: 'upgrading', attempt: attemptAt(noonPlus(2)) });
    const waiting = await writeRollout(started, { status: 'awaiting_confirmation' });
    const waits = await write(planned.upgrade, 'awaiting_confirmation');

    const confirmed = { ...waiting, status: 'finishing', dueAt: noonPlus(600) } as const;
    const goesOn = { ...waits, status: 'running' } as const;
    const { rollouts = [] } = await running.store.commit({ upgrade: goesOn, rollouts: [confirmed] });
    await writeRollout(rollouts[0] ?? confirmed, { dueAt: noonPlus(601) });

    const numbers = await seen();
    expect(numbers.value('updater_upgrade_first_call_seconds_count')).toBe(1);
    expect(numbers.value('updater_upgrade_first_call_seconds_sum')).toBe(2);
  });

  it('counts a failure once however long it is watched, and what comes of it later besides', async () => {
    await write(anUpgrade(), 'running');
    const started = await writeRollout(aRollout({ status: 'upgrading', startedAt: NOON }));
    const failed = { status: 'failed', reason: TIMEOUT, finishedAt: noonPlus(30) } as const;
    const watched = await writeRollout(started, { ...failed, watchedUntil: noonPlus(900) });
    const looked = await writeRollout(watched, { dueAt: noonPlus(60) });
    const finishing = await writeRollout(looked, { status: 'finishing', reason: null, finishedAt: null });
    await clock.advance(4000);
    await writeRollout(finishing, { status: 'finished', finishedAt: noonPlus(70), watchedUntil: null });

    const numbers = await seen();
    expect(numbers.value('updater_rollouts_total', { outcome: 'failed' })).toBe(1);
    expect(numbers.value('updater_rollouts_total', { outcome: 'finished' })).toBe(1);
    expect(numbers.all('updater_rollout_reasons_total')).toMatchObject([
      { labels: { outcome: 'failed', reason: 'rollout.timeout' }, value: 1 },
    ]);
    expect(numbers.value('updater_rollout_duration_seconds_sum', { outcome: 'failed' })).toBe(30);
    expect(numbers.value('updater_rollout_duration_seconds_sum', { outcome: 'finished' })).toBe(70);
    expect(numbers.value('updater_rollout_finish_seconds_sum')).toBe(4);
  });

  it('does not count anew what had failed before it began to listen', async () => {
    await write(anUpgrade(), 'running');
    const before = { status: 'failed', reason: TIMEOUT, finishedAt: noonPlus(-60) } as const;
    const watched = await writeRollout(aRollout({ ...before, watchedUntil: noonPlus(900) }));
    await writeRollout(watched, { watchedUntil: null });

    expect((await seen()).value('updater_rollouts_total', { outcome: 'failed' })).toBe(0);
  });

  it('counts what is left as it is, once its environment is planned', async () => {
    await write(anUpgrade(), 'running');
    await running.store.commit({ plans: [aPlan({ status: 'pending', skipped: [] })] });
    await running.store.commit({ plans: [aPlan({ skipped: [aSkipped(), aSkipped()] })] });

    const numbers = await seen();
    expect(numbers.value('updater_services_skipped_total', { reason: 'version.not_newer' })).toBe(2);
  });
});
