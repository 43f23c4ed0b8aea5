import { Module, type Type } from '@nestjs/common';
import { Registry } from 'prom-client';
import { provideAll } from '../common/kinds.js';
import { HttpModule } from '../http/http.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { RancherModule } from '../rancher/rancher.module.js';
import { StoreModule } from '../store/store.module.js';
import { HttpMeter } from './http.meter.js';
import type { Meter } from './meter.js';
import { MetricsController } from './metrics.controller.js';
import { ALL_METERS, MetricsService } from './metrics.service.js';
import { NotifyMeter } from './notify.meter.js';
import { ProcessMeter } from './process.meter.js';
import { RancherMeter } from './rancher.meter.js';
import { StoreMeter } from './store.meter.js';
import { UpgradeMeter } from './upgrade.meter.js';

/** The register: a new kind of number is a file and a line here. */
const METERS: readonly Type<Meter>[] = [
  UpgradeMeter,
  RancherMeter,
  StoreMeter,
  NotifyMeter,
  HttpMeter,
  ProcessMeter,
];

/** What operators see. */
@Module({
  imports: [HttpModule, RancherModule, NotifyModule, StoreModule],
  controllers: [MetricsController],
  providers: [
    { provide: Registry, useFactory: () => new Registry() },
    ...provideAll(ALL_METERS, METERS),
    MetricsService,
  ],
})
export class MetricsModule {}
