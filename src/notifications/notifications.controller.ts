import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { NoBody } from '../http/no-body.guard.js';
import { NoQuery } from '../http/no-query.guard.js';
import { NotifyService, type ChannelTest } from '../notify/notify.service.js';

/** Lets people try out whether they would be told. */
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly notify: NotifyService) {}

  /** Sends each channel a sample; 200 also where some of them fail, which the answer says. */
  @Post('test')
  @HttpCode(200)
  @UseGuards(NoQuery, NoBody)
  async test(): Promise<{ readonly channels: readonly ChannelTest[] }> {
    return { channels: await this.notify.test() };
  }
}
