import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { NotificationsController } from './notifications.controller.js';

@Module({ imports: [HttpModule, NotifyModule], controllers: [NotificationsController] })
export class NotificationsModule {}
