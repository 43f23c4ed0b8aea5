import { Injectable } from '@nestjs/common';
import type { Notice } from '../domain/notice.js';
import type { Channel } from './channel.js';
import { Notifier } from './notifier.js';
import { NotifyHttp } from './notify.http.js';
import { teamsMessage } from './teams.card.js';

/** Posts notices to a Workflows URL of Microsoft Teams. */
@Injectable()
export class TeamsService extends Notifier {
  static readonly kind = 'teams';
  static readonly fields = {};
  override readonly kind = TeamsService.kind;

  constructor(private readonly http: NotifyHttp) {
    super();
  }

  override deliver({ url }: Channel, notice: Notice): Promise<string> {
    return this.http.post({ to: 'Teams', url, json: JSON.stringify(teamsMessage(notice)) });
  }
}
