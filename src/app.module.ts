import { type DynamicModule, Module } from '@nestjs/common';
import { CommonModule, type Surroundings } from './common/common.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Variables } from './config/variable.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { NotifyModule } from './notify/notify.module.js';
import { RancherModule } from './rancher/rancher.module.js';
import { StoreModule } from './store/store.module.js';
import { UpgradeModule } from './upgrade/upgrade.module.js';

/** What the service is made of. */
@Module({ imports: [HttpModule, RancherModule, NotifyModule, StoreModule, UpgradeModule, HealthModule] })
export class AppModule {
  /** @param world what tests put in the place of the process's environment, clock and output */
  static in(world: Partial<Surroundings> & { readonly variables?: Variables } = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigModule.forRoot(world.variables), CommonModule.forRoot(world)],
    };
  }
}
