import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { isAxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { firstValueFrom, timeout, TimeoutError } from 'rxjs';
import { Clock } from '../common/clock.js';
import { UpdaterError, type ErrorDetails } from '../common/errors.js';
import type { Notice } from '../domain/upgrade.js';
import { Notifier } from './notifier.js';
import { slackMessage, type SlackMessage } from './slack.message.js';
import { SlackSettings } from './slack.settings.js';

const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Statuses below 500 that say "later". */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

const REQUEST: AxiosRequestConfig = {
  headers: { connection: 'close' },
  responseType: 'text',
  validateStatus: () => true,
  maxRedirects: 0,
  maxContentLength: 64 * 1024,
  proxy: false,
};

/** Posts notices to an incoming webhook of Slack or of what takes Slack's messages. */
@Injectable()
export class SlackService extends Notifier {
  override readonly name = 'slack';

  constructor(
    private readonly settings: SlackSettings,
    private readonly http: HttpService,
    private readonly clock: Clock,
  ) {
    super();
  }

  override get enabled(): boolean {
    return this.settings.AUTOUPDATE_SLACK_WEBHOOK_URL !== undefined;
  }

  override async deliver(notice: Notice): Promise<void> {
    const url = this.settings.AUTOUPDATE_SLACK_WEBHOOK_URL;
    if (url === undefined) throw failure('has no webhook URL', { permanent: true });
    check(await this.post(url, slackMessage(notice, this.settings.AUTOUPDATE_SLACK_BOT_NAME)));
  }

  private async post(url: string, message: SlackMessage): Promise<AxiosResponse<string>> {
    const answer = this.http
      .post<string>(url, message, REQUEST)
      .pipe(timeout({ first: TIMEOUT_MS, scheduler: this.clock.scheduler }));
    try {
      return await firstValueFrom(answer);
    } catch (error) {
      throw withoutAnswer(error);
    }
  }
}

/** Nothing of the HTTP client's error is kept but its code: the rest can name the webhook's URL, a secret. */
function withoutAnswer(error: unknown): UpdaterError {
  if (error instanceof TimeoutError) return failure(`did not answer within ${TIMEOUT_MS / 1000} s`);
  const code = isAxiosError(error) ? error.code : undefined;
  return failure(`could not be reached, or its answer not be read (${code ?? 'unknown error'})`);
}

function check({ status, headers, data }: AxiosResponse<string>): void {
  if (status >= 500 || LATER.has(status)) {
    throw failure(`answered ${status}${word(data)}`, retryAfter(headers['retry-after']));
  }
  if (status >= 400) throw failure(`refused the message with ${status}${word(data)}`, { permanent: true });
  if (status >= 300) throw failure(`answered ${status}, a redirect, which is not followed`);
  if (data.trimStart().startsWith('<')) throw failure('answered with a web page: is the URL a webhook?');
}

function retryAfter(seconds: unknown): ErrorDetails {
  if (typeof seconds !== 'string' || !/^\d+$/.test(seconds)) return {};
  return { retryAfterMs: Math.min(Number(seconds) * 1000, MAX_RETRY_AFTER_MS) };
}

/** Slack's reason, a word like `no_service`. No other text is shown: error pages repeat the URL, a secret. */
function word(body: string): string {
  return /^(?=.{1,60}$)[a-z]+(_[a-z]+)+$/.test(body) ? ` (${body})` : '';
}

function failure(what: string, details: ErrorDetails = {}): UpdaterError {
  return new UpdaterError('notify.failed', `Slack ${what}`, details);
}
