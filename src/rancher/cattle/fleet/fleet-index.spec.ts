import { describe, expect, it } from '@jest/globals';
import { aServiceResource } from '../../../../test/fakes/cattle-resources.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import { FleetIndex } from './fleet-index.js';

function running(image: string, more: Partial<ServiceResource> = {}): ServiceResource {
  return aServiceResource({ launchConfig: { imageUuid: `docker:${image}`, version: 'v1' }, ...more });
}

function idsOf(index: FleetIndex, repository: string): readonly string[] {
  return index.running(repository).map(({ id }) => id);
}

function services(from: number, to: number, type = 'service'): readonly ServiceResource[] {
  return Array.from({ length: to - from }, (_, index) => aServiceResource({ id: `1s${from + index}`, type }));
}

describe(FleetIndex, () => {
  it('finds services by the repository of an image that they run, sidekicks counted', () => {
    const index = new FleetIndex();
    const sidekick = { name: 'proxy', imageUuid: 'docker:acme/proxy:3' };

    index.put(running('acme/web:1', { id: '1s1' }));
    index.put(running('acme/web:2', { id: '1s2', secondaryLaunchConfigs: [sidekick] }));
    index.put(running('acme/app', { id: '1s3' }));

    expect(idsOf(index, 'docker.io/acme/web')).toEqual(['1s1', '1s2']);
    expect(idsOf(index, 'docker.io/acme/proxy')).toEqual(['1s2']);
    expect(idsOf(index, 'docker.io/acme/none')).toEqual([]);
  });

  it.each(['acme/web', 'acme/web:1', 'docker.io/acme/web:1', 'index.docker.io/acme/web:1'])(
    'finds %s however it is spelled',
    (image) => {
      const index = new FleetIndex();
      index.put(running(image));

      expect(idsOf(index, 'docker.io/acme/web')).toEqual(['1s7']);
    },
  );

  it('has a service that runs an image twice once', () => {
    const index = new FleetIndex();
    index.put(running('acme/web:1', { secondaryLaunchConfigs: [{ imageUuid: 'docker:acme/web:2' }] }));

    expect(idsOf(index, 'docker.io/acme/web')).toEqual(['1s7']);
  });

  it('finds a service under what it runs now, no longer under what it ran', () => {
    const index = new FleetIndex();
    index.put(running('acme/web:1'));
    index.put(running('acme/shop:1'));

    expect(idsOf(index, 'docker.io/acme/web')).toEqual([]);
    expect(idsOf(index, 'docker.io/acme/shop')).toEqual(['1s7']);
    expect(index.size).toBe(1);
  });

  it.each<[string, Partial<ServiceResource>]>([
    ['is removed', { state: 'removed' }],
    ['has become of a kind without containers', { type: 'dnsService' }],
  ])('keeps none that %s', (_, more) => {
    const index = new FleetIndex();
    index.put(running('acme/web:1'));
    index.put(running('acme/web:1', more));

    expect(index.size).toBe(0);
    expect(idsOf(index, 'docker.io/acme/web')).toEqual([]);
  });

  it('removes what it is told to, and minds nothing that it has not', () => {
    const index = new FleetIndex();
    index.put(running('acme/web:1', { id: '1s1' }));
    index.put(running('acme/web:1', { id: '1s2' }));

    index.remove('1s1');
    index.remove('1s9');

    expect(index.ids).toEqual(['1s2']);
    expect(index.get('1s1')).toBeUndefined();
    expect(idsOf(index, 'docker.io/acme/web')).toEqual(['1s2']);
  });

  it('keeps services whose image cannot be read, under no repository', () => {
    const index = new FleetIndex();
    index.put(running('NOT AN IMAGE'));

    expect(index.ids).toEqual(['1s7']);
  });

  describe('of a listing', () => {
    it.each<[string, readonly (readonly ServiceResource[])[], boolean]>([
      [
        'each page has services of the one before',
        [services(1, 41), services(21, 61), services(41, 81)],
        false,
      ],
      ['a single one is left of them', [services(1, 41), services(40, 80)], false],
      [
        'it is of a kind that is not kept',
        [services(1, 41, 'dnsService'), services(40, 80, 'dnsService')],
        false,
      ],
      ['all is on one page', [services(1, 41)], false],
      ['there is nothing', [[]], false],
      ['none is left of them', [services(1, 41), services(41, 80)], true],
      ['only later pages overlap', [services(1, 41), services(61, 81), services(71, 91)], true],
      ['nothing is left at all', [services(1, 41), []], true],
    ])('may have missed services or not where %s', async (_, pages, mayMiss) => {
      const listing = {
        stacks: () => Promise.resolve([]),
        async *services() {
          yield* await Promise.resolve(pages);
        },
      };

      const index = await FleetIndex.of(listing);

      expect(index.mayMiss).toBe(mayMiss);
    });
  });
});
