import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What the service posts to a Slack webhook. */
export interface SlackMessage {
  readonly username: string;
  readonly text: string;
  readonly attachments: readonly { readonly color: string; readonly text: string }[];
}

/** Stands for Slack: takes on the loopback what is posted to a webhook. */
export class SlackReceiver {
  readonly messages: SlackMessage[] = [];
  /** Told of each message. */
  heard: (message: SlackMessage) => void = () => undefined;
  private readonly server = createServer((request, response) => {
    json(request).then(
      (body) => {
        response.end('ok');
        this.take(body as SlackMessage);
      },
      () => response.writeHead(400).end('invalid_payload'),
    );
  });

  /** Listens on a free port and answers the webhook's URL. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/services/demo`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(message: SlackMessage): void {
    this.messages.push(message);
    this.heard(message);
  }
}
