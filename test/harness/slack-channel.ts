import type { SlackMessage } from '../../src/notify/slack.message.js';
import { Receiver } from '../fakes/receiver.js';

/** A channel of Slack's that keeps what it is told. */
export class SlackChannel {
  private readonly receiver = new Receiver();
  private base = '';

  static async open(): Promise<SlackChannel> {
    const channel = new SlackChannel();
    channel.base = await channel.receiver.start();
    return channel;
  }

  /** What makes a service tell it. */
  get variables(): Readonly<Record<string, string>> {
    return { AUTOUPDATE_SLACK_WEBHOOK_URL: `${this.base}/services/T0/B0/hook` };
  }

  /** What it was told of an image, oldest first. Delivery is at least once: what came again is left out. */
  about(image: string): readonly SlackMessage[] {
    const bodies = new Set(this.receiver.received.map(({ body }) => body));
    const messages = [...bodies].map((body) => JSON.parse(body) as SlackMessage);
    return messages.filter(({ text }) => text.includes(`\`${image}\``));
  }

  close(): Promise<void> {
    return this.receiver.stop();
  }
}

/** The lines of a message's attachments. */
export function linesOf({ attachments }: SlackMessage): readonly string[] {
  return attachments.flatMap(({ text }) => text.split('\n'));
}
