import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Subject } from 'rxjs';
import { Exposition } from '../../test/harness/exposition.js';
import type { FleetStanding, RancherCall } from '../rancher/rancher.backend.js';
import { RancherService } from '../rancher/rancher.service.js';
import { RancherMeter } from './rancher.meter.js';

class ToldRancher extends RancherService {
  override readonly calls$ = new Subject<RancherCall>();
  standing: FleetStanding = {
    environments: 3,
    unheard: ['stage'],
    services: 40,
    namedAgo: 5,
    silentFor: 6,
    listedAgo: 7,
  };

  constructor() {
    super([]);
  }

  override fleet(): FleetStanding {
    return this.standing;
  }
}

describe(RancherMeter.name, () => {
  it('counts and measures each call, until it is told to end', async () => {
    const rancher = new ToldRancher();
    const registry = new Registry();
    const meter = new RancherMeter(registry, rancher);
    const call = { method: 'GET', route: '/projects', status: '2xx', seconds: 0.5 };

    meter.onModuleInit();
    rancher.calls$.next(call);
    rancher.calls$.next({ ...call, status: 'none', seconds: 10 });
    meter.onModuleDestroy();
    rancher.calls$.next(call);

    const seen = new Exposition(await registry.metrics());
    expect(seen.value('updater_rancher_requests_total', { status: '2xx' })).toBe(1);
    expect(seen.value('updater_rancher_requests_total', { status: 'none' })).toBe(1);
    expect(seen.value('updater_rancher_request_duration_seconds_sum')).toBe(10.5);
  });

  it('shows how well the fleet is known when it is asked', async () => {
    const registry = new Registry();
    const meter = new RancherMeter(registry, new ToldRancher());

    await meter.refresh();

    const seen = new Exposition(await registry.metrics());
    const numbers = [
      'event_sockets_expected',
      'event_sockets_up',
      'fleet_services',
      'rancher_answer_age_seconds',
      'event_silence_seconds',
      'fleet_listing_age_seconds',
    ].map((name) => seen.value(`updater_${name}`));
    expect(numbers).toEqual([3, 2, 40, 5, 6, 7]);
  });
});
