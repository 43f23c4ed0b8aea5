import { HttpUrl, Text } from '../config/decorators.js';

/** Where Slack's messages go, and by which name. */
export class SlackSettings {
  static readonly secrets = ['AUTOUPDATE_SLACK_WEBHOOK_URL'];

  /** Not set: Slack is off. */
  @HttpUrl() readonly AUTOUPDATE_SLACK_WEBHOOK_URL: string | undefined = undefined;
  @Text() readonly AUTOUPDATE_SLACK_BOT_NAME: string = 'rancher-service-updater';
}
