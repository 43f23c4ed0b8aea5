import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import type { Notice } from '../domain/notice.js';
import type { Channel, OwnField } from './channel.js';
import { Notifier } from './notifier.js';
import { NotifyHttp } from './notify.http.js';
import { webhookBody } from './webhook.body.js';

const SECRET: OwnField = {
  isRequired: true,
  isSecret: true,
  takes: 'a text of 16 to 500 characters, with which what is posted is signed',
  accepts: (text) => text.length >= 16 && text.length <= 500,
};

/** Posts notices as JSON, signed as Stripe signs its own: whoever knows the secret can tell ours, and when it was sent. */
@Injectable()
export class WebhookService extends Notifier {
  static readonly kind = 'webhook';
  static readonly fields = { secret: SECRET };
  override readonly kind = WebhookService.kind;

  constructor(
    private readonly http: NotifyHttp,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async deliver(channel: Channel, notice: Notice): Promise<string> {
    const secret = secretOf(channel);
    const json = JSON.stringify(webhookBody(notice));
    const seconds = Math.floor(this.clock.now().getTime() / 1000);
    const headers = {
      'x-updater-delivery': notice.id,
      'x-updater-signature': signature(secret, seconds, json),
    };
    return this.http.post({ to: 'the webhook', url: channel.url, json, headers });
  }
}

/** Nothing is posted unsigned, or with a signature that anybody can make. */
function secretOf({ name, own }: Channel): string {
  const { secret } = own;
  if (secret && SECRET.accepts(secret)) return secret;
  throw new UpdaterError('notify.failed', `channel ${name} has no secret to sign with`);
}

/** `t=1767225600,v1=…`: the time in seconds, and in hexadecimal the HMAC-SHA256 of it, a dot and the body. */
export function signature(secret: string, seconds: number, body: string): string {
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${v1}`;
}
