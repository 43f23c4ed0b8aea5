import type { ServiceResource } from '../../src/rancher/cattle/api/cattle.wire.js';
import { CattleListings, type Listing } from '../../src/rancher/cattle/fleet/cattle.listings.js';
import { rowOf } from '../../src/rancher/cattle/fleet/service-row.js';
import type { Named } from '../../src/domain/service.js';

/** Lists what a test says there is: at once, or, while held, when the test lets it. */
export class ScriptedListings extends CattleListings {
  /** What there is. */
  there: readonly ServiceResource[] = [];
  stacksThere: readonly Named[] = [{ id: '1st3', name: 'shop' }];
  /** The environments that were listed, and the services that were looked at, oldest first. */
  readonly listed: string[] = [];
  readonly looked: string[] = [];
  /** What every listing, or look, fails with. */
  failure: Error | null = null;
  isHeld = false;
  /** How the services are spread over pages. */
  cut = (rows: readonly ServiceResource[]): readonly (readonly ServiceResource[])[] => [rows];
  private readonly turns: (() => void)[] = [];

  constructor() {
    super(...([] as unknown as ConstructorParameters<typeof CattleListings>));
  }

  override async list<T>(
    environment: string,
    read: (listing: Listing) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    this.listed.push(environment);
    const pages = this.cut(this.there.map(rowOf));
    const services = async function* (this: ScriptedListings) {
      await this.turn(signal);
      yield* pages;
    };
    const { stacksThere } = this;
    return read({ stacks: () => Promise.resolve(stacksThere), services: services.bind(this) });
  }

  override async service(
    _environment: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<ServiceResource | null> {
    this.looked.push(id);
    const found = this.there.find((service) => service.id === id) ?? null;
    await this.turn(signal);
    return found;
  }

  /** Lets what was begun first go on: it answers what there was when it began. */
  release(): void {
    this.turns.shift()?.();
  }

  private turn(signal?: AbortSignal): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (!this.isHeld) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.turns.push(resolve);
      signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true });
    });
  }
}
