import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { startStore, type RunningStore } from '../../test/contracts/running-store.js';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { anOutboxItem, anUpgrade, aRollout, NOON } from '../../test/fakes/records.js';
import { aChannel } from '../../test/fakes/channels.js';
import { Exposition } from '../../test/harness/exposition.js';
import { createLog } from '../common/log.js';
import { Notifier } from '../notify/notifier.js';
import { NotifyService } from '../notify/notify.service.js';
import { STORES } from '../store/store.module.js';
import { NotifyMeter } from './notify.meter.js';
import { StoreMeter } from './store.meter.js';

const LOG = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });

/** Takes everything. */
class Hook extends Notifier {
  override readonly kind = 'webhook';

  override deliver(): Promise<string> {
    return Promise.resolve('taken');
  }
}

const OPEN = 'updater_rollouts_open';
const HELD = 'updater_outbox_notices';

describe.each(['here', 'away'] as const)('with a store that is %s', (where) => {
  let clock: HandClock;
  let running: RunningStore;
  let registry: Registry;
  let notify: NotifyService;

  beforeEach(async () => {
    clock = new HandClock(NOON.getTime());
    running = await startStore(STORES[0], where === 'here' ? ':memory:' : '/dev/null/data', clock);
    registry = new Registry();
    notify = new NotifyService([new Hook()], [aChannel({ name: 'ops', kind: 'webhook' })], clock, LOG);
  });

  afterEach(() => running.close());

  async function seen(): Promise<Exposition> {
    return new Exposition(await registry.metrics());
  }

  function storeMeter(): StoreMeter {
    const meter = new StoreMeter(registry, running.store, clock);
    meter.onModuleInit();
    return meter;
  }

  it(`${StoreMeter.name} tells whether it works, and what there is to do if it does`, async () => {
    const meter = storeMeter();
    if (where === 'here') {
      await running.store.commit({ upgrade: anUpgrade(), rollouts: [aRollout()] });
      await clock.advance(90_000);
    }

    await meter.refresh();

    const numbers = await seen();
    const isHere = where === 'here';
    expect(numbers.value('updater_store_up')).toBe(isHere ? 1 : 0);
    expect(numbers.value('updater_store_failures_total', { operation: 'read' })).toBe(isHere ? 0 : 1);
    expect(numbers.value('updater_store_operation_duration_seconds_count', { operation: 'read' })).toBe(1);
    expect(numbers.all(OPEN, { activity: 'queued' }).map(({ value }) => value)).toEqual(isHere ? [1] : []);
    expect(numbers.all('updater_upgrades_unplanned').map(({ value }) => value)).toEqual(isHere ? [1] : []);
    expect(numbers.all('updater_upgrades_running_age_seconds').map(({ value }) => value)).toEqual(
      isHere ? [90] : [],
    );
  });

  it(`${NotifyMeter.name} tells which notices wait, if the store does, and what came of the others`, async () => {
    const meter = new NotifyMeter(registry, notify, running.store, clock);
    const isHere = where === 'here';
    if (isHere) {
      await running.store.commit({ outbox: [anOutboxItem({ id: 'o1', channel: 'gone' })] });
      await clock.advance(60_000);
      const later = { channel: 'gone', createdAt: clock.now() };
      await running.store.commit({ outbox: [anOutboxItem({ id: 'o2', ...later })] });
    }
    meter.onModuleInit();

    await meter.refresh();
    notify.report({ channel: 'ops', notices: { delivered: 1 }, ms: 40 });
    notify.report({ channel: 'ops', notices: { deferred: 2, given_up: 3 }, ms: 60 });
    notify.report({ channel: 'ops', notices: { given_up: 1 }, ms: null });
    notify.report({ channel: 'gone', notices: { given_up: 1 }, ms: 1 });

    const numbers = await seen();
    const waiting = (channel: string) => numbers.all(HELD, { channel }).map(({ value }) => value);
    expect([waiting('ops'), waiting('gone')]).toEqual(isHere ? [[0], [2]] : [[], []]);
    expect(numbers.all('updater_outbox_age_seconds').map(({ value }) => value)).toEqual(isHere ? [60] : []);
    const came = (labels: Record<string, string>) => numbers.value('updater_notices_total', labels);
    expect(came({ channel: 'ops', kind: 'webhook', outcome: 'delivered' })).toBe(1);
    expect(came({ channel: 'ops', kind: 'webhook', outcome: 'deferred' })).toBe(2);
    expect(came({ channel: 'ops', kind: 'webhook', outcome: 'given_up' })).toBe(4);
    expect(came({ channel: 'gone', kind: 'none', outcome: 'given_up' })).toBe(1);
    expect(numbers.value('updater_notice_delivery_duration_seconds_count')).toBe(2);
    expect(numbers.value('updater_notice_delivery_duration_seconds_sum')).toBeCloseTo(0.1);
  });

  it(`${NotifyMeter.name} counts the notices of every channel from 0`, async () => {
    new NotifyMeter(registry, notify, running.store, clock).onModuleInit();

    const counts = (await seen()).all('updater_notices_total', { channel: 'ops', kind: 'webhook' });
    expect(counts.map(({ labels, value }) => [labels['outcome'], value])).toEqual([
      ['delivered', 0],
      ['deferred', 0],
      ['given_up', 0],
    ]);
  });
});

describe(StoreMeter.name, () => {
  it('leaves out what it knew once the store is away', async () => {
    const clock = new HandClock(NOON.getTime());
    const { store, close } = await startStore(STORES[0], ':memory:', clock);
    const registry = new Registry();
    const meter = new StoreMeter(registry, store, clock);
    await meter.refresh();

    await close();
    await meter.refresh();

    const numbers = new Exposition(await registry.metrics());
    expect(numbers.value('updater_store_up')).toBe(0);
    expect(numbers.all(OPEN)).toEqual([]);
  });
});
