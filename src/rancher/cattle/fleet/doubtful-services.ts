import type { Clock } from '../../../common/clock.js';
import { UpdaterError } from '../../../common/errors.js';
import { RestingWork } from '../../../common/resting-work.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import type { Inventory } from './inventory.js';

/** More services than these are listed, not looked at one by one. */
const MAX_LOOKS = 20;

/** How to learn what Rancher has; what fails throws `UpdaterError` `rancher.*`. */
export interface Reading {
  /** One service; null: there is none. */
  look(id: string): Promise<ServiceResource | null>;
  /** Puts a listing into the inventory. */
  list(): Promise<void>;
}

/** The services of an inventory of which it is known that they have changed, but not how: looked at when it matters. */
export class DoubtfulServices {
  private readonly settling: RestingWork;

  constructor(
    private readonly inventory: Inventory,
    private readonly reading: Reading,
    clock: Clock,
  ) {
    this.settling = new RestingWork(
      () => this.settle(),
      clock,
      () => false,
    );
  }

  /**
   * Resolves when what was in doubt until now is known; once for all who ask meanwhile.
   *
   * @throws UpdaterError `rancher.*`
   */
  async settled(): Promise<void> {
    if (this.areMany || this.inventory.doubtful.length > 0) await this.settling.done();
  }

  private async settle(): Promise<void> {
    await this.listWhile(() => this.areMany);
    if (!this.areMany) await this.lookAtAll(this.inventory.doubtful);
  }

  /** One that cannot be looked at does not keep the others from being known: a listing tells of it, too. */
  private async lookAtAll(ids: readonly string[]): Promise<void> {
    try {
      for (const id of ids) await this.lookAt(id);
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      await this.listWhile(() => ids.some((id) => this.inventory.doubtOf(id) !== undefined));
    }
  }

  /** A listing under way may have begun before what makes them doubtful: then one more settles it. */
  private async listWhile(isDue: () => boolean): Promise<void> {
    for (let listed = 0; listed < 2 && isDue(); listed += 1) await this.reading.list();
  }

  private get areMany(): boolean {
    return this.inventory.hasMoreDoubtful || this.inventory.doubtful.length > MAX_LOOKS;
  }

  /** What has ended the doubt meanwhile was asked for, or told, later than what is in doubt: it counts. */
  private async lookAt(id: string): Promise<void> {
    const { inventory } = this;
    const doubt = inventory.doubtOf(id);
    if (!doubt) return;
    const { times } = doubt;
    const resource = await this.reading.look(id);
    if (inventory.doubtOf(id) !== doubt) return;
    const hasChangedAgain = doubt.times !== times;
    if (resource) inventory.put(resource);
    else inventory.remove(id);
    if (hasChangedAgain) inventory.doubt(id);
  }
}
