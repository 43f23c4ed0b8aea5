import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aServiceResource } from '../../../../test/fakes/cattle-resources.js';
import {
  cattleClient,
  cattleSettings,
  CattleStub,
  error,
  ImpatientClock,
  json,
  page,
} from '../../../../test/fakes/cattle-stub.js';
import { idle } from '../../../../test/fakes/hand-clock.js';
import { CattleListings, type Listing } from './cattle.listings.js';

function stack(id: string, name: string): object {
  return { id, type: 'stack', name, dockerCompose: 'web: {}' };
}

describe(CattleListings, () => {
  let stub: CattleStub;
  let listings: CattleListings;

  beforeEach(async () => {
    stub = new CattleStub();
    listings = new CattleListings(cattleClient(cattleSettings(await stub.start()), new ImpatientClock()));
  });

  afterEach(() => stub.stop());

  it('reads the services of an environment in pages of 500, and leaves out what is none', async () => {
    const rows = [aServiceResource({ id: '1s1' }), { id: '1s2', type: 'service' }];
    stub.replies = [page(rows, 500), page([aServiceResource({ id: '1s3' })])];

    expect(await listings.list('1a5', servicesIn)).toEqual([['1s1'], ['1s3']]);
    expect(stub.asked.map(({ url }) => url)).toEqual([
      '/v2-beta/projects/1a5/services?limit=500',
      '/v2-beta/projects/1a5/services?limit=500&marker=m480',
    ]);
  });

  it('reads what stacks are called, each once, in pages of 250, and leaves out what is none', async () => {
    stub.replies = [
      page([stack('1st3', 'shop'), { id: '1st4' }, stack('1st5', 'infra')], 250),
      page([stack('1st5', 'renamed'), stack('1st6', 'edge')]),
    ];

    const stacks = await listings.list('1a5', (listing) => listing.stacks());

    expect(stacks).toEqual([
      { id: '1st3', name: 'shop' },
      { id: '1st5', name: 'renamed' },
      { id: '1st6', name: 'edge' },
    ]);
    expect(stub.asked.map(({ url }) => url)).toEqual([
      '/v2-beta/projects/1a5/stacks?limit=250',
      '/v2-beta/projects/1a5/stacks?limit=250&marker=m230',
    ]);
  });

  it('lists two environments at once, no more, in the order in which they were asked for', async () => {
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const lists = ['1a5', '1a6', '1a7', '1a8'].map((id) =>
      listings.list(id, async () => {
        begun.push(id);
        await new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    await idle();
    const atFirst = [...begun];

    ends[1]?.();
    await idle();
    const afterOne = [...begun];
    for (let index = 0; index < 4; index += 1) {
      ends[index]?.();
      await idle();
    }
    await Promise.all(lists);

    expect(atFirst).toEqual(['1a5', '1a6']);
    expect(afterOne).toEqual(['1a5', '1a6', '1a7']);
    expect(begun).toEqual(['1a5', '1a6', '1a7', '1a8']);
  });

  it('fails with what Rancher answers', async () => {
    stub.replies = [error(403)];

    await expect(listings.list('1a5', servicesIn)).rejects.toMatchObject({ code: 'rancher.forbidden' });
  });

  it('stops when it is told to, before the next page', async () => {
    const abort = new AbortController();
    stub.replies = [page([aServiceResource({ id: '1s1' })], 500)];
    const read = async (listing: Listing) => {
      for await (const _ of listing.services()) abort.abort();
    };

    await expect(listings.list('1a5', read, abort.signal)).rejects.toMatchObject({
      code: 'rancher.unreachable',
    });
    expect(stub.asked).toHaveLength(1);
  });

  it('looks at one service', async () => {
    stub.replies = [json(aServiceResource())];

    expect(await listings.service('1a5', '1s7')).toMatchObject({ id: '1s7', state: 'active' });
    expect(stub.asked[0]?.url).toBe('/v2-beta/projects/1a5/services/1s7');
  });

  it('knows that there is none where Rancher answers so, or with something else', async () => {
    stub.replies = [error(404), json({ id: '1s7', type: 'service' })];

    expect(await listings.service('1a5', '1s7')).toBeNull();
    expect(await listings.service('1a5', '1s7')).toBeNull();
  });

  it.each([
    ['trouble', error(401), 'rancher.unauthorized'],
    ['another service', json(aServiceResource({ id: '1s8' })), 'rancher.error'],
  ])('does not take %s for an answer', async (_, reply, code) => {
    stub.replies = [reply];

    await expect(listings.service('1a5', '1s7')).rejects.toMatchObject({ code });
  });
});

async function servicesIn(listing: Listing): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  for await (const services of listing.services()) pages.push(services.map(({ id }) => id));
  return pages;
}
