import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { Callers } from '../http/caller.js';
import { type Answered, Traffic } from '../http/traffic.js';
import { REQUESTS } from './buckets.js';
import { Meter } from './meter.js';

/** What is asked of this service. */
@Injectable()
export class HttpMeter extends Meter {
  private readonly requests;
  private readonly duration;
  private readonly dropped;
  private readonly refused;

  constructor(
    registry: Registry,
    private readonly traffic: Traffic,
    private readonly callers: Callers,
  ) {
    super();
    const registers = [registry];
    this.requests = new Counter({
      name: 'updater_http_requests_total',
      help: 'Requests that were answered; status none: the caller went away before',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.duration = new Histogram({
      name: 'updater_http_request_duration_seconds',
      help: 'How long answers take; those that are waited for and event streams take as long as their callers like',
      labelNames: ['method', 'route'],
      buckets: REQUESTS,
      registers,
    });
    this.dropped = new Counter({
      name: 'updater_http_identities_dropped_total',
      help: 'Names of callers that were not believed, for they did not come from a trusted proxy',
      registers,
    });
    this.refused = new Counter({
      name: 'updater_http_unidentified_total',
      help: 'Requests that were refused because nobody said who asks',
      registers,
    });
  }

  override onModuleInit(): void {
    this.follow(this.traffic.answered$, (answered) => this.take(answered));
  }

  override async refresh(): Promise<void> {
    const { dropped, refused } = this.callers.counts;
    this.dropped.reset();
    this.dropped.inc(dropped);
    this.refused.reset();
    this.refused.inc(refused);
  }

  private take({ method, route, status, seconds }: Answered): void {
    this.requests.inc({ method, route, status });
    this.duration.observe({ method, route }, seconds);
  }
}
