import type { Notice } from '../domain/upgrade.js';

/** A way to tell people. A kind renders a notice and sends it. */
export abstract class Notifier {
  /** Stable: undelivered notices are stored under it. */
  abstract readonly name: string;

  /** Its settings switch it on. */
  abstract readonly enabled: boolean;

  /**
   * Sends one notice, and resolves when the receiver has taken it. Bounds its own time to a minute at most, whatever the
   * receiver does: nobody else ends it, and a service that stops waits for it.
   *
   * @throws UpdaterError `notify.failed`. `permanent` means that the receiver would refuse the same notice again (it is
   * then given up, others are still tried); anything else is tried again, not before `retryAfterMs` where the receiver
   * asked for a pause.
   */
  abstract deliver(notice: Notice): Promise<void>;
}
