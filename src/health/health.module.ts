import { Module } from '@nestjs/common';
import { RancherModule } from '../rancher/rancher.module.js';
import { StoreModule } from '../store/store.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';
import { VersionController } from './version.controller.js';

@Module({
  imports: [RancherModule, StoreModule],
  controllers: [HealthController, VersionController],
  providers: [ReadinessService],
})
export class HealthModule {}
