import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { SharedWork } from '../common/shared-work.js';
import type { Meter } from './meter.js';

/** Every meter. */
export const ALL_METERS = Symbol('ALL_METERS');

/** All numbers, as Prometheus reads them. */
@Injectable()
export class MetricsService {
  private readonly reading = new SharedWork(() => this.read());

  constructor(
    @Inject(ALL_METERS) private readonly meters: readonly Meter[],
    private readonly registry: Registry,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  /** As of now. Who asks meanwhile gets the same. */
  text(): Promise<string> {
    return this.reading.done();
  }

  private async read(): Promise<string> {
    await Promise.all(this.meters.map((meter) => meter.refresh()));
    return this.registry.metrics();
  }
}
