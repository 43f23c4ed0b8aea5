import type { ServiceResource } from '../api/cattle.wire.js';
import { PAGE_OVERLAP } from '../api/cattle.pages.js';
import type { Listing } from './cattle.listings.js';
import { isUpgradable } from '../service-view.js';
import { repositoriesOf } from './service-row.js';

/** The state of what is gone. */
const GONE = 'removed';

/** The services of an environment that can be upgraded, found by id or by the repository of an image that they run. */
export class FleetIndex {
  private readonly rows = new Map<string, ServiceResource>();
  private readonly idsByRepository = new Map<string, Set<string>>();
  private hasGap = false;

  /** Of all that is listed. Throws like the listing. */
  static async of(listing: Listing): Promise<FleetIndex> {
    const index = new FleetIndex();
    let before: readonly ServiceResource[] | null = null;
    for await (const page of listing.services()) {
      if (before !== null && !haveCommon(before, page)) index.hasGap = true;
      for (const row of page) index.put(row);
      before = page;
    }
    return index;
  }

  /** Whether the listing can have missed services: so many have gone that two pages had none in common. */
  get mayMiss(): boolean {
    return this.hasGap;
  }

  /** Keeps of another what is not in this one. */
  keep(other: FleetIndex): void {
    for (const row of other.rows.values()) if (!this.rows.has(row.id)) this.put(row);
  }

  get size(): number {
    return this.rows.size;
  }

  get ids(): readonly string[] {
    return [...this.rows.keys()];
  }

  get(id: string): ServiceResource | undefined {
    return this.rows.get(id);
  }

  /** In constant time, however many services there are. */
  running(repository: string): readonly ServiceResource[] {
    const rows: ServiceResource[] = [];
    for (const id of this.idsByRepository.get(repository) ?? []) {
      const row = this.rows.get(id);
      if (row) rows.push(row);
    }
    return rows;
  }

  /** Takes what is kept of a service as it is now: one that is gone, or that cannot be upgraded, is not kept. */
  put(row: ServiceResource): void {
    this.remove(row.id);
    if (!isUpgradable(row) || row.state === GONE) return;
    this.rows.set(row.id, row);
    for (const repository of repositoriesOf(row)) {
      const ids = this.idsByRepository.get(repository);
      if (ids) ids.add(row.id);
      else this.idsByRepository.set(repository, new Set([row.id]));
    }
  }

  remove(id: string): void {
    const row = this.rows.get(id);
    if (!row) return;
    this.rows.delete(id);
    for (const repository of repositoriesOf(row)) {
      const ids = this.idsByRepository.get(repository);
      ids?.delete(id);
      if (ids?.size === 0) this.idsByRepository.delete(repository);
    }
  }
}

/**
 * Rows come in the order of their ids, and pages overlap. A page with a row of the one before begins where that ends or
 * earlier: nothing is between them, whatever went meanwhile.
 */
function haveCommon(before: readonly ServiceResource[], page: readonly ServiceResource[]): boolean {
  const last = before.slice(-PAGE_OVERLAP);
  return page.slice(0, PAGE_OVERLAP).some(({ id }) => last.some((row) => row.id === id));
}
