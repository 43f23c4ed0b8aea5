import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FleetStanding, RancherCall } from '../rancher/rancher.backend.js';
import { RancherService } from '../rancher/rancher.service.js';
import { REQUESTS } from './buckets.js';
import { Meter } from './meter.js';

type Figure = Exclude<keyof FleetStanding, 'unheard'> | 'heard';

/** What is asked of Rancher, and how well its services are known. */
@Injectable()
export class RancherMeter extends Meter {
  private readonly requests;
  private readonly duration;
  private readonly gauges: readonly (readonly [Figure, Gauge])[];

  constructor(
    registry: Registry,
    private readonly rancher: RancherService,
  ) {
    super();
    const registers = [registry];
    this.requests = new Counter({
      name: 'updater_rancher_requests_total',
      help: 'Requests to Rancher, by what they ask for and the class of the status; none: no whole reply',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.duration = new Histogram({
      name: 'updater_rancher_request_duration_seconds',
      help: 'How long Rancher takes for a whole reply',
      labelNames: ['method', 'route'],
      buckets: REQUESTS,
      registers,
    });
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    this.gauges = [
      ['environments', gauge('updater_event_sockets_expected', 'Environments whose events should be heard')],
      ['heard', gauge('updater_event_sockets_up', 'Environments whose events are heard')],
      [
        'silentFor',
        gauge(
          'updater_event_silence_seconds',
          'Since the last frame of the environment that is silent for longest',
        ),
      ],
      ['services', gauge('updater_fleet_services', 'Services that are known in all selected environments')],
      [
        'listedAgo',
        gauge(
          'updater_fleet_listing_age_seconds',
          'Since the beginning of the oldest among the last full listings of each environment; before the first, since the start',
        ),
      ],
      [
        'namedAgo',
        gauge(
          'updater_rancher_answer_age_seconds',
          'Since Rancher last took the key and named its environments',
        ),
      ],
    ];
  }

  override onModuleInit(): void {
    this.follow(this.rancher.calls$, (call) => this.take(call));
  }

  override async refresh(): Promise<void> {
    const { unheard, ...standing } = this.rancher.fleet();
    const figures = { ...standing, heard: standing.environments - unheard.length };
    for (const [of, gauge] of this.gauges) gauge.set(figures[of]);
  }

  private take({ method, route, status, seconds }: RancherCall): void {
    this.requests.inc({ method, route, status });
    this.duration.observe({ method, route }, seconds);
  }
}
