import type { Type } from '@nestjs/common';
import type { Notice } from '../domain/notice.js';
import type { Channel, OwnField } from './channel.js';

/** A kind of way to tell people: renders a notice and sends it. Where to is a channel, of which there can be many. */
export abstract class Notifier {
  /** The word by which a channel names it. */
  abstract readonly kind: string;

  /**
   * Sends one notice, and answers in a few words what the receiver said to it, once that has taken it. Bounds its own time
   * to a minute at most, whatever the receiver does: nobody else ends it, and a service that stops waits for it.
   *
   * @throws UpdaterError `notify.failed`. `permanent` means that the receiver would refuse the same notice again (it is
   *   then given up, others are still tried); anything else is tried again, not before `retryAfterMs` where the receiver
   *   asked for a pause.
   */
  abstract deliver(channel: Channel, notice: Notice): Promise<string>;
}

/** What is known of a kind before anything is made: its settings are read with it. */
export interface NotifierType extends Type<Notifier> {
  readonly kind: string;
  readonly fields: Readonly<Record<string, OwnField>>;
}
