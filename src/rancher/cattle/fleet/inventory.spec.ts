import { describe, expect, it } from '@jest/globals';
import { aServiceResource } from '../../../../test/fakes/cattle-resources.js';
import type { Named } from '../../../domain/service.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import type { Listing } from './cattle.listings.js';
import { Inventory } from './inventory.js';

const WEB = 'docker.io/acme/web';

function service(id: string, tag = '1', more: Partial<ServiceResource> = {}): ServiceResource {
  return aServiceResource({
    id,
    launchConfig: { imageUuid: `docker:acme/web:${tag}`, version: tag },
    ...more,
  });
}

type Page = readonly ServiceResource[];

/** A listing of these pages; between two of them something happens. */
function listing(
  pages: readonly (Page | Error)[],
  meanwhile: () => void = () => undefined,
  stacks: readonly Named[] = [{ id: '1st3', name: 'shop' }],
): Listing {
  return {
    stacks: () => Promise.resolve(stacks),
    async *services() {
      for (const page of pages) {
        if (page instanceof Error) throw page;
        yield await Promise.resolve(page);
        meanwhile();
      }
    },
  };
}

function imagesIn(inventory: Inventory): readonly string[] {
  return inventory.running(WEB).map(({ id, launchConfig }) => `${id} ${launchConfig?.version}`);
}

async function filled(...services: Page): Promise<Inventory> {
  const inventory = new Inventory();
  await inventory.fill(listing([services]));
  return inventory;
}

describe(Inventory, () => {
  it('knows what was listed, and what stacks are called', async () => {
    const inventory = new Inventory();
    await inventory.fill(listing([[service('1s1')], [service('1s2')]]));

    expect(imagesIn(inventory)).toEqual(['1s1 1', '1s2 1']);
    expect(inventory.size).toBe(2);
    expect(inventory.stackName('1st3')).toBe('shop');
    expect(inventory.stackName('1st9')).toBeUndefined();
  });

  it('knows what events have told since', async () => {
    const inventory = await filled(service('1s1'), service('1s2'));

    inventory.put(service('1s1', '2'));
    inventory.put(service('1s2', '1', { state: 'removed' }));
    inventory.put(service('1s3'));
    inventory.nameStack('1st3', 'renamed');

    expect(imagesIn(inventory)).toEqual(['1s1 2', '1s3 1']);
    expect(inventory.stackName('1st3')).toBe('renamed');
  });

  it('forgets what is not in the next listing', async () => {
    const inventory = await filled(service('1s1'), service('1s2'));

    await inventory.fill(listing([[service('1s2')]], undefined, []));

    expect(imagesIn(inventory)).toEqual(['1s2 1']);
    expect(inventory.stackName('1st3')).toBeUndefined();
  });

  it('counts what a listing has corrected', async () => {
    const inventory = await filled(service('1s1'), service('1s2'), service('1s3'), service('1s4'));

    const same = [service('1s4')];
    const corrected = [service('1s1', '2'), service('1s2', '1', { state: 'inactive' }), service('1s5')];

    expect(await inventory.fill(listing([[...same, ...corrected]]))).toMatchObject({ corrected: 4 });
    expect(await inventory.fill(listing([[...same, ...corrected]]))).toMatchObject({ corrected: 0 });
    const renamed = service('1s5', '1', { name: 'renamed' });
    expect(await inventory.fill(listing([[...same, ...corrected.slice(0, 2), renamed]]))).toMatchObject({
      corrected: 1,
    });
  });

  it('says whether a listing can have missed services', async () => {
    const inventory = new Inventory();

    const listings = [
      await inventory.fill(listing([[service('1s1'), service('1s2')], [service('1s2')]])),
      await inventory.fill(listing([[service('1s1'), service('1s2')], [service('1s4')]])),
    ];

    expect(listings.map(({ mayMiss }) => mayMiss)).toEqual([false, true]);
  });

  describe('while a listing is read', () => {
    it('answers what it knew before, and what events tell', async () => {
      const inventory = await filled(service('1s1'));
      const seen: (readonly string[])[] = [];
      const meanwhile = () => {
        seen.push(imagesIn(inventory));
        inventory.put(service('1s3'));
      };

      await inventory.fill(listing([[service('1s1', '2')], [service('1s2')]], meanwhile));

      expect(seen).toEqual([['1s1 1'], ['1s1 1', '1s3 1']]);
    });

    it('takes what events tell for newer than what stands on a page, whichever comes first', async () => {
      const inventory = await filled();
      let pages = 0;
      const meanwhile = () => {
        pages += 1;
        if (pages > 1) return;
        inventory.put(service('1s1', 'event'));
        inventory.put(service('1s2', 'event'));
        inventory.put(service('1s3', 'event'));
      };

      await inventory.fill(listing([[service('1s1', 'page')], [service('1s2', 'page')]], meanwhile));

      expect(imagesIn(inventory).toSorted()).toEqual(['1s1 event', '1s2 event', '1s3 event']);
    });

    it('brings nothing back that events have removed', async () => {
      const inventory = await filled(service('1s1'), service('1s2'));
      const meanwhile = () => {
        inventory.put(service('1s1', '1', { state: 'removed' }));
        inventory.remove('1s2');
      };

      await inventory.fill(listing([[service('1s1')], [service('1s2')]], meanwhile));

      expect(inventory.size).toBe(0);
    });

    it('does not take the name of a stack from it that has changed meanwhile', async () => {
      const inventory = await filled();

      await inventory.fill(listing([[service('1s1')]], () => inventory.nameStack('1st3', null)));

      expect(inventory.stackName('1st3')).toBeUndefined();
    });

    it('keeps the names that events give stacks', async () => {
      const inventory = await filled();
      const meanwhile = () => inventory.nameStack('1st3', 'renamed');

      await inventory.fill(listing([[service('1s1')]], meanwhile));

      expect(inventory.stackName('1st3')).toBe('renamed');
    });

    it('takes nothing that events told before for newer than a page', async () => {
      const inventory = await filled(service('1s1'));
      await inventory.fill(listing([[service('1s1')]], () => inventory.put(service('1s1', 'event'))));

      await inventory.fill(listing([[service('1s1', 'page')]]));

      expect(imagesIn(inventory)).toEqual(['1s1 page']);
    });
  });

  it('knows what it knew, and what events have told, where a listing fails', async () => {
    const inventory = await filled(service('1s1'), service('1s2'));
    const meanwhile = () => inventory.put(service('1s3'));

    const failing = inventory.fill(listing([[service('1s1', '2')], new Error('no')], meanwhile));

    await expect(failing).rejects.toThrow('no');
    expect(imagesIn(inventory)).toEqual(['1s1 1', '1s2 1', '1s3 1']);
    expect(inventory.stackName('1st3')).toBe('shop');
  });

  describe('what is doubtful', () => {
    it('is doubtful until it is told of, or removed', async () => {
      const inventory = await filled(service('1s1'), service('1s2'));
      for (const id of ['1s1', '1s2', '1s3']) inventory.doubt(id);
      const before = inventory.doubtful;

      inventory.put(service('1s1'));
      inventory.remove('1s2');

      expect(before).toEqual(['1s1', '1s2', '1s3']);
      expect(inventory.doubtful).toEqual(['1s3']);
    });

    it('is certain again after a listing that began later, not while it is read', async () => {
      const inventory = await filled(service('1s1'));
      inventory.doubt('1s1');
      let during: readonly string[] = [];

      await inventory.fill(listing([[service('1s1')]], () => (during = inventory.doubtful)));

      expect(during).toEqual(['1s1']);
      expect(inventory.doubtful).toEqual([]);
    });

    it('is so still after a listing that fails, or that began before', async () => {
      const inventory = await filled(service('1s1'));
      inventory.doubt('1s1');

      await inventory.fill(listing([new Error('no')])).catch(() => undefined);
      const afterFailure = inventory.doubtful;
      await inventory.fill(listing([[service('1s1')]], () => inventory.doubt('1s1')));

      expect([afterFailure, inventory.doubtful]).toEqual([['1s1'], ['1s1']]);
    });

    it('is named up to a thousand; of more only a listing tells that begins later', async () => {
      const inventory = await filled(service('1s1'));
      const doubtMany = () => {
        for (let id = 1; id <= 1500; id += 1) inventory.doubt(`1s${id}`);
      };
      doubtMany();
      const many = [inventory.doubtful.length, inventory.hasMoreDoubtful];
      for (const id of inventory.doubtful) inventory.put(service(id));
      const named = [inventory.doubtful.length, inventory.hasMoreDoubtful];

      await inventory.fill(listing([[service('1s1')]], doubtMany));
      const after = [inventory.doubtful.length, inventory.hasMoreDoubtful];
      await inventory.fill(listing([[service('1s1')]]));

      expect([many, named, after]).toEqual([
        [1000, true],
        [0, true],
        [1000, true],
      ]);
      expect([inventory.doubtful.length, inventory.hasMoreDoubtful]).toEqual([0, false]);
    });
  });

  it('keeps the names of so many stacks as no environment has, and no more', async () => {
    const inventory = await filled();

    for (let id = 1; id <= 50_000; id += 1) inventory.nameStack(`1st${id}`, 'told');
    inventory.nameStack('1st50001', 'too many');
    inventory.nameStack('1st3', 'renamed');

    expect(inventory.stackName('1st50000')).toBe('told');
    expect(inventory.stackName('1st50001')).toBeUndefined();
    expect(inventory.stackName('1st3')).toBe('renamed');
  });
});
