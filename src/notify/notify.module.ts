import { HttpModule } from '@nestjs/axios';
import { Module, type Type } from '@nestjs/common';
import { provideAll } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import type { Notifier } from './notifier.js';
import { ALL_NOTIFIERS, NotifyService } from './notify.service.js';
import { SlackService } from './slack.service.js';
import { SlackSettings } from './slack.settings.js';

/** The register: a new kind of notifier is a file and a line here. */
export const NOTIFIERS: readonly Type<Notifier>[] = [SlackService];

@Module({
  imports: [HttpModule.register({})],
  providers: [provideSettings(SlackSettings), ...provideAll(ALL_NOTIFIERS, NOTIFIERS), NotifyService],
  exports: [NotifyService],
})
export class NotifyModule {}
