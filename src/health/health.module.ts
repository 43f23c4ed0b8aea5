import { Module } from '@nestjs/common';
import { RancherModule } from '../rancher/rancher.module.js';
import { StoreModule } from '../store/store.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [RancherModule, StoreModule],
  controllers: [HealthController],
  providers: [ReadinessService],
})
export class HealthModule {}
