import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { provideAll } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import { NotifyHttp } from './notify.http.js';
import { ALL_NOTIFIERS, CHANNELS, NotifyService } from './notify.service.js';
import { NotifySettings } from './notify.settings.js';
import { NotifyRoute } from './proxy/notify.route.js';
import { ProxySettings } from './proxy/proxy.settings.js';
import { NOTIFIERS } from './register.js';

@Module({
  imports: [HttpModule.register({})],
  providers: [
    provideSettings(NotifySettings),
    ...provideAll(ALL_NOTIFIERS, NOTIFIERS),
    {
      provide: CHANNELS,
      inject: [NotifySettings],
      useFactory: (settings: NotifySettings) => settings.channels,
    },
    provideSettings(ProxySettings),
    NotifyRoute,
    NotifyHttp,
    NotifyService,
  ],
  exports: [NotifyService],
})
export class NotifyModule {}
