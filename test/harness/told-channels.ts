import type { WebhookBody } from '../../src/notify/webhook.body.js';
import { answering, Receiver } from '../fakes/receiver.js';

/** The secret of every webhook of `ToldChannels`. */
export const SIGNING_SECRET = 'hush-hush-signing-secret';

/** Channels of the kind webhook, each with a receiver on the loopback of its own, by name. */
export class ToldChannels {
  private readonly receivers = new Map<string, Receiver>();
  /** What makes a service tell them. */
  json = '[]';

  /** @param channels what each has besides its name, kind, URL and secret */
  static async open(channels: Readonly<Record<string, object>>): Promise<ToldChannels> {
    const told = new ToldChannels();
    const entries: object[] = [];
    for (const [name, more] of Object.entries(channels)) {
      const receiver = new Receiver();
      told.receivers.set(name, receiver);
      const url = `${await receiver.start()}/hush-hush-${name}`;
      entries.push({ name, kind: 'webhook', url, secret: SIGNING_SECRET, ...more });
    }
    told.json = JSON.stringify(entries);
    return told;
  }

  receiver(name: string): Receiver {
    const receiver = this.receivers.get(name);
    if (receiver) return receiver;
    throw new Error(`there is no channel ${name}`);
  }

  /** What a channel was told of an image, oldest first. */
  about(name: string, image: string): readonly WebhookBody[] {
    const bodies = this.receiver(name).received.map(({ body }) => JSON.parse(body) as WebhookBody);
    return bodies.filter((body) => body.image === image);
  }

  /** Every channel takes what it gets again, and has got nothing. */
  mend(): void {
    for (const receiver of this.receivers.values()) {
      receiver.received.length = 0;
      receiver.reply = answering(200, '{}');
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.receivers.values()].map((receiver) => receiver.stop()));
  }
}
