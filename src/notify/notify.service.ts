import { Inject, Injectable } from '@nestjs/common';
import { UpdaterError } from '../common/errors.js';
import type { Notice } from '../domain/upgrade.js';
import type { Notifier } from './notifier.js';

/** Every notifier, switched on or not. */
export const ALL_NOTIFIERS = Symbol('ALL_NOTIFIERS');

/** Tells people; a channel is a notifier that the settings have switched on. */
@Injectable()
export class NotifyService {
  private readonly enabled: ReadonlyMap<string, Notifier>;

  constructor(@Inject(ALL_NOTIFIERS) notifiers: readonly Notifier[]) {
    this.enabled = new Map(notifiers.filter(({ enabled }) => enabled).map((kind) => [kind.name, kind]));
  }

  /** The names under which notices are delivered. */
  channels(): readonly string[] {
    return [...this.enabled.keys()];
  }

  /** See `Notifier.deliver`; a channel that is not switched on fails for good. */
  async deliver(channel: string, notice: Notice): Promise<void> {
    const notifier = this.enabled.get(channel);
    if (notifier) return notifier.deliver(notice);
    throw new UpdaterError('notify.failed', `no notifier "${channel}" is switched on`, { permanent: true });
  }
}
