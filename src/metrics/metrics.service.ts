import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { Meter } from './meter.js';

/** Every meter. */
export const ALL_METERS = Symbol('ALL_METERS');

/** All numbers, as Prometheus reads them. */
@Injectable()
export class MetricsService {
  private reading: Promise<string> | null = null;

  constructor(
    @Inject(ALL_METERS) private readonly meters: readonly Meter[],
    private readonly registry: Registry,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  /** As of now. Who asks meanwhile gets the same. */
  text(): Promise<string> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    return this.reading;
  }

  private async read(): Promise<string> {
    await Promise.all(this.meters.map((meter) => meter.refresh()));
    return this.registry.metrics();
  }
}
