import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { RancherModule } from '../rancher/rancher.module.js';
import { StoreModule } from '../store/store.module.js';
import { AuditController } from './audit.controller.js';

/** Tells who did what. */
@Module({ imports: [HttpModule, RancherModule, StoreModule], controllers: [AuditController] })
export class AuditModule {}
