import { Injectable } from '@nestjs/common';
import type { Notice } from '../domain/notice.js';
import type { Channel, OwnField } from './channel.js';
import { Notifier } from './notifier.js';
import { NotifyHttp } from './notify.http.js';
import { slackMessage } from './slack.message.js';

const BOT_NAME: OwnField = {
  isRequired: false,
  isSecret: false,
  takes: 'a text of 1 to 80 characters',
  accepts: (text) => text.trim() !== '' && text.length <= 80,
};

/** With which Slack says why it refuses a message. */
const ERROR_WORDS: ReadonlySet<string> = new Set([
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'invalid_attachments',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_payload',
  'invalid_token',
  'missing_text_or_fallback_or_attachments',
  'no_active_hooks',
  'no_service',
  'no_service_id',
  'no_team',
  'no_text',
  'posting_to_general_channel_denied',
  'rate_limited',
  'rollup_error',
  'team_disabled',
  'too_many_attachments',
  'user_not_found',
]);

/** Under which messages are posted where nobody says another. */
export const DEFAULT_BOT_NAME = 'rancher-service-updater';

/** Posts notices to an incoming webhook of Slack or of what takes Slack's messages. */
@Injectable()
export class SlackService extends Notifier {
  static readonly kind = 'slack';
  static readonly fields = { bot_name: BOT_NAME };
  override readonly kind = SlackService.kind;

  constructor(private readonly http: NotifyHttp) {
    super();
  }

  override deliver({ url, own }: Channel, notice: Notice): Promise<string> {
    const message = slackMessage(notice, own['bot_name'] ?? DEFAULT_BOT_NAME);
    return this.http.post({ to: 'Slack', url, json: JSON.stringify(message), errorWords: ERROR_WORDS });
  }
}
