import { describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { Exposition } from '../../test/harness/exposition.js';
import { createLog } from '../common/log.js';
import { Callers } from '../http/caller.js';
import { CallerSettings } from '../http/callers/caller.settings.js';
import { Traffic } from '../http/traffic.js';
import { HttpMeter } from './http.meter.js';
import { Meter } from './meter.js';
import { MetricsService } from './metrics.service.js';
import { ProcessMeter } from './process.meter.js';

const LOG = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });

/** Counts how often it was asked to look. */
class Looks extends Meter {
  private readonly looks: Gauge;

  constructor(registry: Registry) {
    super();
    this.looks = new Gauge({ name: 'looks', help: 'Looks', registers: [registry] });
  }

  override onModuleInit(): void {
    this.looks.set(0);
  }

  override async refresh(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.looks.inc();
  }
}

describe(MetricsService.name, () => {
  it('looks before it answers, and once for all who ask at the same time', async () => {
    const registry = new Registry();
    const metrics = new MetricsService([new Looks(registry)], registry);

    const together = await Promise.all([metrics.text(), metrics.text()]);
    const later = await metrics.text();

    const looks = [...together, later].map((text) => new Exposition(text).value('looks'));
    expect(looks).toEqual([1, 1, 2]);
  });

  it('has the numbers of callers once, however often it is asked', async () => {
    const registry = new Registry();
    const callers = Object.assign(new Callers(new CallerSettings(), LOG), {
      counted: { dropped: 2, refused: 3 },
    });
    const metrics = new MetricsService([new HttpMeter(registry, new Traffic(), callers)], registry);

    await metrics.text();
    const seen = new Exposition(await metrics.text());

    expect(seen.value('updater_http_identities_dropped_total')).toBe(2);
    expect(seen.value('updater_http_unidentified_total')).toBe(3);
  });

  it('tells of the process and its version', async () => {
    const registry = new Registry();
    const meter = new ProcessMeter(registry);
    meter.onModuleInit();

    const seen = new Exposition(await new MetricsService([meter], registry).text());

    expect(seen.all('updater_build_info')).toMatchObject([{ value: 1 }]);
    expect(seen.types.get('nodejs_eventloop_lag_p99_seconds')).toBe('gauge');
  });
});
