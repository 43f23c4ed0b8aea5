import { HttpUrl, Text } from '../config/decorators.js';
import type { HoldingSecrets, SelfChecking, SettingsProblem } from '../config/settings.js';
import { readPatterns } from '../common/name-patterns.js';
import type { Channel } from './channel.js';
import { readChannels, secretsIn } from './read-channels.js';
import { NOTIFIERS } from './register.js';
import { DEFAULT_BOT_NAME, SlackService } from './slack.service.js';

const SLACK = 'slack';

/** Where people are told: any number of channels, and the one that the predecessor's two variables name. */
export class NotifySettings implements SelfChecking, HoldingSecrets {
  static readonly secrets = ['AUTOUPDATE_CHANNELS', 'AUTOUPDATE_SLACK_WEBHOOK_URL'];

  @Text() readonly AUTOUPDATE_CHANNELS: string | undefined = undefined;
  /** Set: there is a channel `slack`. */
  @HttpUrl() readonly AUTOUPDATE_SLACK_WEBHOOK_URL: string | undefined = undefined;
  @Text() readonly AUTOUPDATE_SLACK_BOT_NAME: string = DEFAULT_BOT_NAME;

  /** Every channel of which nothing is wrong. */
  get channels(): readonly Channel[] {
    return [...this.slack(), ...this.read().channels];
  }

  problems(): readonly SettingsProblem[] {
    const { channels, problems } = this.read();
    const isDouble = this.slack().length > 0 && channels.some(({ name }) => name === SLACK);
    const double = `has a channel ${SLACK}, and AUTOUPDATE_SLACK_WEBHOOK_URL makes another: keep one of them`;
    return [...problems, ...(isDouble ? [double] : [])].map((message) => ({
      variable: 'AUTOUPDATE_CHANNELS',
      message,
    }));
  }

  innerSecrets(): Readonly<Record<string, readonly string[]>> {
    return { AUTOUPDATE_CHANNELS: secretsIn(this.AUTOUPDATE_CHANNELS ?? '[]', NOTIFIERS) };
  }

  private read() {
    return readChannels(this.AUTOUPDATE_CHANNELS ?? '[]', NOTIFIERS);
  }

  private slack(): readonly Channel[] {
    const url = this.AUTOUPDATE_SLACK_WEBHOOK_URL;
    const everywhere = readPatterns('.*');
    if (url === undefined || !everywhere.ok) return [];
    const own = { bot_name: this.AUTOUPDATE_SLACK_BOT_NAME };
    return [
      { name: SLACK, kind: SlackService.kind, url, tone: 'info', environments: everywhere.patterns, own },
    ];
  }
}
