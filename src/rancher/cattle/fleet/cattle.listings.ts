import { Injectable } from '@nestjs/common';
import { Slots } from '../../../common/slots.js';
import type { Named } from '../../../domain/service.js';
import { CattleClient, type GetOptions, isMissing } from '../api/cattle.client.js';
import { wrongShape } from '../api/cattle.replies.js';
import { isService, isStack, type Json, type ServiceResource } from '../api/cattle.wire.js';
import { pathIn, pathOf } from '../api/paths.js';
import { rowOf } from './service-row.js';

/** How many environments are listed at once: Rancher reads each page from its database, beside all that it is there for. */
const AT_ONCE = 2;
const PAGE_SIZE = 500;

/** How often an environment is listed at most where it loses services faster than it can be listed. */
const TRIES = 3;

/** Of stacks, which carry the files that they were made from: 130 kB each still are no more than a page may have. */
const STACKS_PAGE_SIZE = 250;

/** A turn to list an environment. What fails throws `UpdaterError` `rancher.*`. */
export interface Listing {
  stacks(): Promise<readonly Named[]>;
  /** What is kept of each service, page by page; some come twice. */
  services(): AsyncIterable<readonly ServiceResource[]>;
}

/** Lists whole environments, few at a time. */
@Injectable()
export class CattleListings {
  private readonly slots = new Slots(AT_ONCE);

  constructor(private readonly client: CattleClient) {}

  /** Has `read` list an environment when it is its turn, and answers what it answers. */
  list<T>(environment: string, read: (listing: Listing) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const stacks = () => this.stacks(environment, { signal });
    const services = () =>
      this.client.pages(pathIn(environment, 'services'), { size: PAGE_SIZE, signal }, (row) =>
        isService(row) ? rowOf(row) : null,
      );
    return this.slots.take(() => read({ stacks, services }));
  }

  /** As `list`, and again while services can have been missed, since others went meanwhile. */
  async listWhole<T extends { readonly mayMiss: boolean }>(
    environment: string,
    read: (listing: Listing) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    let outcome = await this.list(environment, read, signal);
    for (let tried = 1; tried < TRIES && outcome.mayMiss; tried += 1) {
      outcome = await this.list(environment, read, signal);
    }
    return outcome;
  }

  /**
   * One service; null: there is none of this id, or none that can be read.
   *
   * @throws UpdaterError `rancher.*`
   */
  async service(environment: string, id: string, signal?: AbortSignal): Promise<ServiceResource | null> {
    try {
      const resource = await this.client.get(pathOf({ environment, id }), { signal });
      if (resource['id'] !== id) throw wrongShape('something else than that service');
      return isService(resource) ? resource : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** What the stacks of an environment are called. Throws like `service`. */
  async stacks(environment: string, options: GetOptions = {}): Promise<readonly Named[]> {
    const stacks = new Map<string, Named>();
    const paged = { ...options, size: STACKS_PAGE_SIZE };
    for await (const page of this.client.pages(pathIn(environment, 'stacks'), paged, namedIn)) {
      for (const stack of page) stacks.set(stack.id, stack);
    }
    return [...stacks.values()];
  }
}

/** All that is kept of a stack. */
function namedIn(row: Json): Named | null {
  return isStack(row) ? { id: row.id, name: row.name } : null;
}
