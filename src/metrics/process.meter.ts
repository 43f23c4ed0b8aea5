import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { programVersion } from '../common/version.js';
import { Meter } from './meter.js';

/** The process itself: its version, and what Prometheus' client tells of every Node process. */
@Injectable()
export class ProcessMeter extends Meter {
  private readonly build;

  constructor(private readonly registry: Registry) {
    super();
    this.build = new Gauge({
      name: 'updater_build_info',
      help: 'Always 1; its label is the version of the program',
      labelNames: ['version'],
      registers: [registry],
    });
  }

  override onModuleInit(): void {
    this.build.set({ version: programVersion() }, 1);
    collectDefaultMetrics({ register: this.registry });
  }
}
