import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Accepted, NOT_SETTLED } from './judging/evidence.js';
import type { UpgradeRecord } from './judging/notice-evidence.js';
import { eventsIn, recordIn, undeliveredIn } from './reading.js';
import type { PlannedUpgrade } from './scenario.js';
import type { UpdaterProcess } from './updater.js';

const RETRY_MS = 150;
const ANSWER_MS = 15_000;

/** An upgrade that was accepted, and what was asked. */
export interface Promised {
  readonly id: string;
  readonly upgrade: PlannedUpgrade;
}

/** Posts upgrades as a build would: again and again until one is accepted, whatever dies meanwhile. */
export class Ci {
  readonly promised: Promised[] = [];

  constructor(
    private readonly updater: UpdaterProcess,
    private readonly signal: AbortSignal,
  ) {}

  async ask(upgrade: PlannedUpgrade): Promise<void> {
    // Whoever asks again because no answer has come means the same upgrade.
    const key = randomUUID();
    for (;;) {
      const answer = await this.call('/upgrade', { body: bodyOf(upgrade), key });
      if (answer && (answer.status === 202 || answer.status === 200)) {
        const { id } = JSON.parse(answer.text) as { readonly id: string };
        this.promised.push({ id, upgrade });
        return;
      }
      if (answer && answer.status < 500) {
        throw new Error(`${upgrade.image} is refused with ${answer.status}: ${answer.text}`);
      }
      await sleep(RETRY_MS, undefined, { signal: this.signal });
    }
  }

  /** The status of each upgrade that was accepted; null: the service does not know it. Waits until it answers. */
  async statuses(): Promise<ReadonlyMap<string, Accepted['status']>> {
    const statuses = new Map<string, string | null>();
    for (const { id } of this.promised) statuses.set(id, await this.statusOf(id));
    return statuses;
  }

  /** Each upgrade that the service knows, with its history where it has settled; null: one could not be read just now. */
  async records(): Promise<readonly UpgradeRecord[] | null> {
    const records: UpgradeRecord[] = [];
    for (const id of new Set(this.promised.map((one) => one.id))) {
      const view = await this.call(`/upgrades/${id}`);
      if (view?.status === 404) continue;
      if (view?.status !== 200) return null;
      const record = recordIn(view.text);
      // The events of what has not settled do not end.
      const events = NOT_SETTLED.has(record.status)
        ? null
        : await this.call(`/upgrades/${id}/events?after=0`);
      if (events?.status === 200) records.push({ ...record, ...eventsIn(events.text) });
      else if (NOT_SETTLED.has(record.status)) records.push(record);
      else return null;
    }
    return records;
  }

  /** How many notices the service has not delivered to so many channels; null: it does not say so just now. */
  async undelivered(channels: number): Promise<number | null> {
    const answer = await this.call('/metrics');
    return answer?.status === 200 ? undeliveredIn(answer.text, channels) : null;
  }

  private async statusOf(id: string): Promise<string | null> {
    for (;;) {
      const answer = await this.call(`/upgrades/${id}`);
      if (answer?.status === 404) return null;
      if (answer?.status === 200) return (JSON.parse(answer.text) as { readonly status: string }).status;
      await sleep(RETRY_MS, undefined, { signal: this.signal });
    }
  }

  /** null: no whole answer came. */
  private async call(path: string, post?: { readonly body: object; readonly key: string }) {
    const { url } = this.updater;
    if (url === null) return null;
    const headers = { 'idempotency-key': post?.key ?? '' };
    const init = post ? { method: 'POST', body: JSON.stringify(post.body), headers } : {};
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const response = await fetch(url + path, { ...init, signal });
      return { status: response.status, text: await response.text() };
    } catch {
      this.signal.throwIfAborted();
      return null;
    }
  }
}

function bodyOf({ image, timeout, onFailure }: PlannedUpgrade): object {
  const undone = onFailure === 'rollback' ? { on_failure: onFailure } : {};
  return { docker_image: image, confirm: true, timeout, ...undone };
}
