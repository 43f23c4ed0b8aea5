import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aChannel } from '../../test/fakes/channels.js';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { notifyHttp } from '../../test/fakes/notify-http.js';
import { answering, Receiver } from '../../test/fakes/receiver.js';
import { aNotice } from '../../test/fakes/records.js';
import { webhookBody } from './webhook.body.js';
import { signature, WebhookService } from './webhook.service.js';

const SECRET = 'sixteen-chars-ok';

describe(WebhookService.name, () => {
  const receiver = new Receiver();
  let clock: HandClock;
  let webhook: WebhookService;
  let url: string;

  beforeEach(async () => {
    clock = new HandClock(1_767_225_600_900);
    webhook = new WebhookService(notifyHttp(clock), clock);
    url = await receiver.start();
    receiver.received.length = 0;
    receiver.reply = answering(200);
  });

  afterEach(() => receiver.stop());

  function deliver(): Promise<string> {
    const channel = aChannel({ kind: 'webhook', url, own: { secret: SECRET } });
    return webhook.deliver(channel, aNotice({ id: 'n7', summary: 'geschafft ✓' }));
  }

  it('posts the notice as JSON, with its id in a header', async () => {
    await deliver();

    const [request] = receiver.received;
    expect(request?.headers['x-updater-delivery']).toBe('n7');
    expect(JSON.parse(request?.body ?? '')).toEqual(
      webhookBody(aNotice({ id: 'n7', summary: 'geschafft ✓' })),
    );
  });

  it('signs the time and the very body that it sends, so that a receiver can check both', async () => {
    await deliver();

    const [request] = receiver.received;
    const [, t = '', v1] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-updater-signature'])) ?? [];
    const expected = createHmac('sha256', SECRET).update(`${t}.${request?.body}`).digest('hex');
    expect([t, v1]).toEqual(['1767225600', expected]);
  });

  it.each([{}, { secret: '' }, { secret: 'short' }])(
    'posts nothing for a channel with %j, for anybody could sign so',
    async (own: Record<string, string>) => {
      const channel = aChannel({ name: 'ci', kind: 'webhook', url, own });

      await expect(webhook.deliver(channel, aNotice())).rejects.toMatchObject({
        code: 'notify.failed',
        message: 'channel ci has no secret to sign with',
      });
      expect(receiver.received).toEqual([]);
    },
  );

  it('signs anew with each attempt, under the same id', async () => {
    receiver.reply = answering(500);
    await deliver().catch(() => undefined);
    await clock.advance(5000);
    receiver.reply = answering(200);

    await deliver();

    const headers = receiver.received.map((request) => request.headers);
    expect(headers.map((one) => one['x-updater-delivery'])).toEqual(['n7', 'n7']);
    expect(headers.map((one) => String(one['x-updater-signature']).slice(0, 13))).toEqual([
      't=1767225600,',
      't=1767225605,',
    ]);
  });

  it.each([
    [15, false],
    [16, true],
    [500, true],
    [501, false],
  ])('takes a secret of %i characters: %p', (length, expected) => {
    expect(WebhookService.fields.secret.accepts('x'.repeat(length))).toBe(expected);
  });
});

describe(signature.name, () => {
  it('is the HMAC-SHA256 of the time in seconds, a dot and the body, in hexadecimal', () => {
    // printf '1.{}' | openssl dgst -sha256 -hmac secret
    expect(signature('secret', 1, '{}')).toBe(
      't=1,v1=1122767b193110cfec322b6f199b599edbf608ed087f2d27afb0b97d99523908',
    );
  });
});
