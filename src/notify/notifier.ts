import type { Notice } from '../domain/upgrade.js';

/** A way to tell people. A kind renders a notice and sends it. */
export abstract class Notifier {
  /** Stable: undelivered notices are stored under it. */
  abstract readonly name: string;

  /** Its settings switch it on. */
  abstract readonly enabled: boolean;

  /**
   * Delivers one notice, bounded in time.
   *
   * @throws UpdaterError `notify.failed`; with `retryAfterMs` where the receiver asked for a pause.
   */
  abstract deliver(notice: Notice): Promise<void>;
}
