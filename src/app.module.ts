import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { CommonModule, type CommonOptions } from './common/common.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Variables } from './config/variable.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { NotifyModule } from './notify/notify.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { RancherModule } from './rancher/rancher.module.js';
import { StoreModule } from './store/store.module.js';
import { UpgradeModule } from './upgrade/upgrade.module.js';

/** What tests put in the place of what the process has around it. */
export interface ApplicationOptions extends CommonOptions {
  /** Instead of the environment and the file `.env`. */
  readonly variables?: Variables;
}

/** What the service is made of. */
@Module({
  imports: [
    HttpModule,
    RancherModule,
    NotifyModule,
    StoreModule,
    UpgradeModule,
    AuditModule,
    NotificationsModule,
    MetricsModule,
    HealthModule,
    OpenApiModule,
  ],
})
export class AppModule {
  static forRoot(options: ApplicationOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigModule.forRoot(options.variables), CommonModule.forRoot(options)],
    };
  }
}
