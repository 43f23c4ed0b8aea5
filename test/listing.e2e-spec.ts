import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServiceDescription, StackDescription } from '../simulator/fleet.js';
import { CattleListings, type Listing } from '../src/rancher/cattle/fleet/cattle.listings.js';
import { Inventory } from '../src/rancher/cattle/fleet/inventory.js';
import { RancherLeaf } from './harness/rancher-leaf.js';

const ALIASES = 60;
const WEBS = 1000;
const WEB = 'docker.io/acme/web';

function numbered(count: number, name: string, rest: Partial<ServiceDescription>): ServiceDescription[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, ...rest }));
}

let leaf: RancherLeaf;

afterEach(() => leaf.close());

async function start(stacks: readonly StackDescription[]): Promise<void> {
  const environments = [{ name: 'Default', id: '1a5', stacks }];
  const keys = [
    { access: 'environment', secret: 'environment-secret', kind: 'environment', environment: 'Default' },
  ] as const;
  leaf = await RancherLeaf.start({ fleet: { environments, keys } });
}

/** A listing, of which some of the aliases, which stand before all else, are removed when the first page has come. */
function disturbed(listing: Listing, count: number): Listing {
  const aliases = leaf.cattle.fleet.services().slice(0, count);
  return {
    stacks: () => listing.stacks(),
    async *services() {
      for await (const page of listing.services()) {
        yield page;
        for (const alias of aliases.splice(0)) leaf.cattle.fleet.removeService(alias);
      }
    },
  };
}

describe('a listing of several pages', () => {
  let inventory: Inventory;

  beforeEach(async () => {
    const services = [
      ...numbered(ALIASES, 'alias', { type: 'dnsService' }),
      ...numbered(WEBS, 'web', { image: 'acme/web:1.0.0' }),
    ];
    await start([{ name: 'shop', services }]);
    inventory = new Inventory();
  });

  function fillRemoving(count: number) {
    const listings = leaf.get(CattleListings);
    return listings.list('1a5', (listing) => inventory.fill(disturbed(listing, count)));
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

it('of stacks is read however long the files are that they were made from', async () => {
  const dockerCompose = 'x'.repeat(100_000);
  const described = Array.from({ length: 400 }, (_, index) => ({
    name: `stack-${index}`,
    dockerCompose,
    services: [],
  }));
  await start(described);

  const stacks = await leaf.get(CattleListings).stacks('1a5');

  expect(stacks.map(({ name }) => name)).toEqual(described.map(({ name }) => name));
});
