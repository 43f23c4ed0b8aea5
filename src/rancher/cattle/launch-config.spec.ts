import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ServiceResource } from './api/cattle.wire.js';
import { upgradeBody } from './launch-config.js';
import { ORDER as ANY_ORDER } from '../../../test/fakes/services.js';

const ORDER = { ...ANY_ORDER, image: 'registry.example:5000/acme/web:2.0.0' };

function resource(more: Partial<ServiceResource> = {}): ServiceResource {
  const launchConfig = {
    type: 'launchConfig',
    imageUuid: 'docker:registry.example:5000/acme/web:1.0.0',
    version: '0',
    labels: { a: '1' },
    ports: ['80:80/tcp'],
    memory: null,
    'x-unknown': { deep: [1, { er: null }] },
  };
  return { id: '1s7', type: 'service', name: 'web', state: 'active', stackId: '1st3', launchConfig, ...more };
}

describe(upgradeBody, () => {
  it('sends the launchConfig back as it came, with only another image', () => {
    const service = resource({ secondaryLaunchConfigs: [{ name: 'side', imageUuid: 'docker:side' }] });

    expect(upgradeBody(service, ORDER)).toEqual({
      inServiceStrategy: {
        batchSize: 1,
        intervalMillis: 2000,
        startFirst: false,
        launchConfig: {
          ...service.launchConfig,
          imageUuid: 'docker:registry.example:5000/acme/web:2.0.0',
        },
      },
    });
  });

  it('keeps every key, whatever it is and says, and changes nothing of what it was given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (config, pull) => {
        const launchConfig = { ...config, labels: { a: '1' }, imageUuid: 'docker:a:1' };
        const before = structuredClone(launchConfig);

        const body = upgradeBody(resource({ launchConfig }), { ...ORDER, image: 'a:2', pull });

        const labels = pull ? { a: '1', 'io.rancher.container.pull_image': 'always' } : { a: '1' };
        const sent = { ...before, imageUuid: 'docker:a:2', labels };
        expect(body).toHaveProperty(['inServiceStrategy', 'launchConfig'], sent);
        expect(launchConfig).toEqual(before);
      }),
    );
  });

  it('makes the hosts pull where that is ordered', () => {
    const launchConfig = { imageUuid: 'docker:a:latest', labels: null };

    expect(upgradeBody(resource({ launchConfig }), { ...ORDER, pull: true })).toMatchObject({
      inServiceStrategy: { launchConfig: { labels: { 'io.rancher.container.pull_image': 'always' } } },
    });
    expect(upgradeBody(resource({ launchConfig }), ORDER)).toMatchObject({
      inServiceStrategy: { launchConfig: { labels: null } },
    });
  });

  it('starts the new container first where that is ordered', () => {
    expect(upgradeBody(resource(), { ...ORDER, startFirst: true })).toMatchObject({
      inServiceStrategy: { startFirst: true },
    });
  });

  it.each([
    [{ batchSize: 4, intervalMillis: 100 }, 4, 100],
    [{ batchSize: 0, intervalMillis: 99 }, 1, 2000],
    [{ batchSize: null, intervalMillis: null }, 1, 2000],
    [{ batchSize: 1.5, intervalMillis: 1000.5 }, 1, 2000],
    [{}, 1, 2000],
    [null, 1, 2000],
  ])('goes at the pace of the last upgrade: %j', (inServiceStrategy, batchSize, intervalMillis) => {
    expect(upgradeBody(resource({ upgrade: { inServiceStrategy } }), ORDER)).toMatchObject({
      inServiceStrategy: { batchSize, intervalMillis },
    });
  });
});
