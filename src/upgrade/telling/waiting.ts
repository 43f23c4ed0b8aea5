import type { OutboxItem, UpgradeStore } from '../../store/upgrade-store.js';
import { noticeIn, type StoredNotice } from './stored-notice.js';

/** Items read at once. */
const PAGE = 50;

/** An item of a channel's outbox, where it stands there, and the notice in it. */
export interface Entry {
  readonly item: OutboxItem;
  readonly place: number;
  readonly notice: StoredNotice;
}

/** What waits on one channel, as the store has it. */
export class Waiting {
  constructor(
    private readonly channel: string,
    private readonly store: UpgradeStore,
  ) {}

  /**
   * The first of them.
   *
   * @throws UpdaterError `store.unavailable`
   */
  first(count: number): Promise<readonly OutboxItem[]> {
    return this.store.outbox(this.channel, count);
  }

  /**
   * So many at most that wait behind the first item and can be read. Of thousands of notices the lines are not kept: a
   * digest does not show them.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async behind(most: number): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (let skip = 1; entries.length < most; skip += PAGE) {
      const page = await this.store.outbox(this.channel, PAGE, skip);
      for (const [index, item] of page.entries()) {
        const notice = noticeIn(item);
        const short = { ...item, payload: null };
        if (notice) entries.push({ item: short, place: skip + index, notice: { ...notice, lines: [] } });
      }
      if (page.length < PAGE) break;
    }
    return entries.slice(0, most);
  }

  /**
   * The item as it is stored.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async whole({ item, place }: Entry): Promise<OutboxItem | undefined> {
    if (place === 0) return item;
    const [stored] = await this.store.outbox(this.channel, 1, place);
    return stored;
  }
}
