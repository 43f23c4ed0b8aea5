import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceDescription } from '../simulator/fleet.js';
import { CattleListings, type Listing } from '../src/rancher/cattle/fleet/cattle.listings.js';
import { Inventory } from '../src/rancher/cattle/fleet/inventory.js';
import { RancherLeaf } from './harness/rancher-leaf.js';

const ALIASES = 60;
const WEBS = 1000;
const WEB = 'docker.io/acme/web';

function numbered(count: number, name: string, rest: Partial<ServiceDescription>): ServiceDescription[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, ...rest }));
}

describe('a listing of several pages', () => {
  let leaf: RancherLeaf;
  let inventory: Inventory;

  beforeEach(async () => {
    const services = [
      ...numbered(ALIASES, 'alias', { type: 'dnsService' }),
      ...numbered(WEBS, 'web', { image: 'acme/web:1.0.0' }),
    ];
    const environments = [{ name: 'Default', id: '1a5', stacks: [{ name: 'shop', services }] }];
    const keys = [
      { access: 'environment', secret: 'environment-secret', kind: 'environment', environment: 'Default' },
    ] as const;
    leaf = await RancherLeaf.start({ fleet: { environments, keys } });
    inventory = new Inventory();
  });

  afterEach(() => leaf.close());

  /** Removes some of the aliases, which stand before all else, when the first page has come. */
  function fillRemoving(count: number) {
    const removing = async function* ({ services }: Listing) {
      let leftToRemove = leaf.cattle.fleet.services().slice(0, count);
      for await (const page of services()) {
        yield page;
        for (const alias of leftToRemove) leaf.cattle.fleet.removeService(alias);
        leftToRemove = [];
      }
    };
    return leaf
      .get(CattleListings)
      .list('1a5', (listing) => inventory.fill({ ...listing, services: () => removing(listing) }));
  }

  it.each([0, 19])('misses none where %d go between two pages', async (gone) => {
    const filled = await fillRemoving(gone);

    expect([filled.mayMiss, inventory.running(WEB).length]).toEqual([false, WEBS]);
  });

  it('says that it may have missed some where more go than two pages have in common, of whatever kind', async () => {
    const filled = await fillRemoving(50);

    expect([filled.mayMiss, inventory.running(WEB).length]).toEqual([true, WEBS - 30]);
  });
});
