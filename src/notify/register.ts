import type { NotifierType } from './notifier.js';
import { SlackService } from './slack.service.js';
import { TeamsService } from './teams.service.js';
import { WebhookService } from './webhook.service.js';

/** The register: a new kind of notifier is a file and a line here. */
export const NOTIFIERS: readonly NotifierType[] = [SlackService, WebhookService, TeamsService];
