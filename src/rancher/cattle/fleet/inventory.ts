import type { ServiceResource } from '../api/cattle.wire.js';
import { FleetIndex } from './fleet-index.js';
import type { Listing } from './cattle.listings.js';
import { rowOf } from './service-row.js';

/** How many doubtful services are kept apart; a listing tells of more. */
const MAX_DOUBTFUL = 1000;
/** No environment has so many; what stacks are called is only for people to read. */
const MAX_STACKS = 50_000;

/** What events have told while a listing is read: it counts more than what stands on a page. */
class Meanwhile {
  readonly services = new Set<string>();
  readonly doubtful = new Set<string>();
  readonly stacks = new Map<string, string | null>();
  hasMoreDoubtful = false;
}

/** Of a service that has changed, nobody tells how: one and the same until that is known. */
export interface Doubt {
  /** How often it has changed. */
  readonly times: number;
}

/** What a listing has changed. */
export interface Filled {
  /** How many services were another than was thought. */
  readonly corrected: number;
  /** Whether services can have been missed, since others went while it was read. */
  readonly mayMiss: boolean;
}

/** What is known of the services and stacks of one environment: a listing, and what events have told since it began. */
export class Inventory {
  private index = new FleetIndex();
  /** Null: it has changed, and may have another name. */
  private stacks = new Map<string, string | null>();
  private meanwhile: Meanwhile | null = null;
  private readonly doubts = new Map<string, { times: number }>();
  private areMoreDoubtful = false;

  get size(): number {
    return this.index.size;
  }

  /** Services of which it is known that they have changed, but not how. */
  get doubtful(): readonly string[] {
    return [...this.doubts.keys()];
  }

  /** More services than `doubtful` names: only a listing tells. */
  get hasMoreDoubtful(): boolean {
    return this.areMoreDoubtful;
  }

  running(repository: string): readonly ServiceResource[] {
    return this.index.running(repository);
  }

  service(id: string): ServiceResource | undefined {
    return this.index.get(id);
  }

  /** Undefined: it is not known. */
  stackName(id: string): string | undefined {
    return this.stacks.get(id) ?? undefined;
  }

  /** Null: it has changed, but nobody tells how. */
  nameStack(id: string, name: string | null): void {
    setUpTo(MAX_STACKS, this.stacks, id, name);
    if (this.meanwhile) setUpTo(MAX_STACKS, this.meanwhile.stacks, id, name);
  }

  put(resource: ServiceResource): void {
    this.index.put(rowOf(resource));
    this.doubts.delete(resource.id);
    this.meanwhile?.services.add(resource.id);
    this.meanwhile?.doubtful.delete(resource.id);
  }

  remove(id: string): void {
    this.index.remove(id);
    this.doubts.delete(id);
    this.meanwhile?.services.add(id);
    this.meanwhile?.doubtful.delete(id);
  }

  doubt(id: string): void {
    const doubt = this.doubts.get(id);
    if (doubt) doubt.times += 1;
    else if (this.doubts.size < MAX_DOUBTFUL) this.doubts.set(id, { times: 1 });
    else return this.doubtMore();
    this.meanwhile?.doubtful.add(id);
  }

  /** Undefined: it is not in doubt. */
  doubtOf(id: string): Doubt | undefined {
    return this.doubts.get(id);
  }

  /**
   * Puts a listing in the place of all that was known, and answers what that has changed. Until it
   * is complete, and if it fails, that is known still; of a listing that may miss some, also what it lacks.
   */
  async fill(listing: Listing): Promise<Filled> {
    const meanwhile = new Meanwhile();
    this.meanwhile = meanwhile;
    try {
      const stacks = (await listing.stacks()).map(({ id, name }) => [id, name] as const);
      const index = await FleetIndex.of(listing);
      this.keepWhatChanged(index, meanwhile.services);
      if (index.mayMiss) index.keep(this.index);
      const corrected = differences(this.index, index);
      this.index = index;
      this.stacks = new Map<string, string | null>([...stacks, ...meanwhile.stacks]);
      this.areMoreDoubtful = meanwhile.hasMoreDoubtful;
      for (const id of this.doubtful) if (!meanwhile.doubtful.has(id)) this.doubts.delete(id);
      return { corrected, mayMiss: index.mayMiss };
    } finally {
      this.meanwhile = null;
    }
  }

  private doubtMore(): void {
    this.areMoreDoubtful = true;
    if (this.meanwhile) this.meanwhile.hasMoreDoubtful = true;
  }

  private keepWhatChanged(index: FleetIndex, changed: ReadonlySet<string>): void {
    for (const id of changed) {
      const row = this.index.get(id);
      if (row) index.put(row);
      else index.remove(id);
    }
  }
}

function setUpTo<V>(most: number, map: Map<string, V>, key: string, value: V): void {
  if (map.size < most || map.has(key)) map.set(key, value);
}

function differences(before: FleetIndex, after: FleetIndex): number {
  const gone = before.ids.filter((id) => !after.get(id)).length;
  return gone + after.ids.filter((id) => isOther(before.get(id), after.get(id))).length;
}

function isOther(a: ServiceResource | undefined, b: ServiceResource | undefined): boolean {
  return (
    a?.launchConfig?.imageUuid !== b?.launchConfig?.imageUuid || a?.state !== b?.state || a?.name !== b?.name
  );
}
