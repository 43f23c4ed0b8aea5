import { describe, expect, it } from '@jest/globals';
import type { ServiceResource } from './api/cattle.wire.js';
import { goneView, imageOf, imagesOf, isUpgradable, phaseOf, viewOf } from './service-view.js';

const REF = { backend: 'cattle', environment: '1a5', id: '1s7' };
const ENVIRONMENT = { id: '1a5', name: 'Default' };
const STACK = { id: '1st3', name: 'shop' };
const PAGES = 'https://rancher.example/ui';
const SURROUNDINGS = {
  ref: REF,
  environment: ENVIRONMENT,
  stack: STACK,
  pages: PAGES,
  inspectBeforeStart: false,
};

function resource(more: Partial<ServiceResource> = {}): ServiceResource {
  return {
    id: '1s7',
    type: 'service',
    name: 'web',
    state: 'active',
    stackId: '1st3',
    healthState: 'healthy',
    system: false,
    retainIp: null,
    transitioningMessage: null,
    scale: 2,
    actions: { upgrade: 'http://elsewhere.example/', remove: 'http://elsewhere.example/' },
    launchConfig: {
      imageUuid: 'docker:registry.example:5000/acme/web:1.0.0',
      labels: { 'autoupdate.enable': 'true' },
      version: '0',
    },
    secondaryLaunchConfigs: [],
    upgrade: null,
    ...more,
  };
}

function view(more: Partial<ServiceResource> = {}) {
  return viewOf(resource(more), SURROUNDINGS);
}

describe(viewOf, () => {
  it('says in our words what Cattle knows of a service', () => {
    expect(view()).toEqual({
      ref: REF,
      environment: ENVIRONMENT,
      stack: STACK,
      name: 'web',
      link: 'https://rancher.example/ui/env/1a5/apps/stacks/1st3/services/1s7',
      image: 'registry.example:5000/acme/web:1.0.0',
      sidekicks: [],
      labels: { 'autoupdate.enable': 'true' },
      phase: 'idle',
      state: 'active',
      revision: '0',
      lastUpgrade: null,
      scale: 2,
      detail: null,
      canStartFirst: true,
      blocked: null,
      inspectBeforeStart: false,
    });
  });

  it.each([
    ['as it was', { imageUuid: 'docker:acme/web:2', version: 'v2' }, { image: 'acme/web:2', revision: 'v2' }],
    ['not, without an image', { version: 'v2' }, null],
    ['not, without a version', { imageUuid: 'docker:acme/web:2' }, null],
    ['not, where it is none', null, null],
  ])('tells the last upgrade %s', (_, launchConfig, expected) => {
    expect(view({ upgrade: { inServiceStrategy: { launchConfig } } }).lastUpgrade).toEqual(expected);
  });

  it.each([
    [0, {}, 0],
    [3, { 'io.rancher.scheduler.global': 'false' }, 3],
    [1, { 'io.rancher.scheduler.global': 'true' }, null],
    [1, { 'io.rancher.scheduler.global': 'True' }, null],
    [null, {}, null],
  ])('takes the scale %p with the labels %j for %p', (scale, labels, expected) => {
    expect(view({ scale, launchConfig: { imageUuid: 'docker:a', labels } }).scale).toBe(expected);
  });

  it('knows no scale of what has none', () => {
    const { scale: _, ...unscaled } = resource({ type: 'dnsService' });

    expect(viewOf(unscaled, SURROUNDINGS).scale).toBeNull();
  });

  it('cuts what Cattle says of its work', () => {
    expect(view({ transitioningMessage: 'x'.repeat(9999) }).detail).toHaveLength(500);
    expect(view({ transitioningMessage: '' }).detail).toBeNull();
  });

  it('takes "In Progress" for no words at all', () => {
    expect(view({ transitioningMessage: 'In Progress' }).detail).toBeNull();
    expect(view({ transitioningMessage: 'In Progress (Image pulling)' }).detail).toContain('pulling');
  });

  it('cannot start the new container first where the address is kept', () => {
    expect(view({ retainIp: true }).canStartFirst).toBe(false);
  });

  it('takes only labels that are texts', () => {
    const labels: Record<string, string> = JSON.parse('{"a":"1","b":null,"c":2}');

    expect(view({ launchConfig: { imageUuid: 'docker:a', labels } }).labels).toEqual({ a: '1' });
    expect(view({ launchConfig: { imageUuid: 'docker:a', labels: null } }).labels).toEqual({});
  });

  it.each<[string, Partial<ServiceResource>, string]>([
    ['one of Rancher itself', { system: true, actions: {} }, 'service.system'],
    ['an alias', { type: 'dnsService', launchConfig: {} }, 'service.unsupported'],
    ['a driver', { type: 'networkDriverService' }, 'service.unsupported'],
    ['one without a launchConfig', { launchConfig: null }, 'service.unsupported'],
    ['one without an image', { launchConfig: { version: '0' } }, 'service.unsupported'],
    ['one that only selects', { launchConfig: { imageUuid: 'docker:rancher/none' } }, 'service.unsupported'],
    ['one for a key that may only read', { actions: {} }, 'service.read_only'],
    ['one without any actions', { actions: null }, 'service.read_only'],
  ])('blocks %s', (_, more, code) => {
    expect(view(more).blocked).toMatchObject({ code });
  });

  it.each(['upgrading', 'upgraded', 'inactive', 'removed'])(
    'does not blame the key for the state %s',
    (state) => {
      expect(view({ state, actions: {} }).blocked).toBeNull();
    },
  );

  it('lets a load balancer be upgraded', () => {
    const launchConfig = { imageUuid: 'docker:rancher/lb-service-haproxy:v0.9.14', version: '0' };

    expect(view({ type: 'loadBalancerService', launchConfig }).blocked).toBeNull();
  });

  it('knows that in no more time for each of thousands that hang on one another', () => {
    const secondaryLaunchConfigs = Array.from({ length: 30_000 }, (_, index) => ({
      name: `n${index}`,
      imageUuid: 'docker:acme/one:1',
      networkLaunchConfig: index === 29_999 ? 'web' : `n${index + 1}`,
    }));

    const { sidekicks } = view({ secondaryLaunchConfigs });

    expect(sidekicks.filter(({ recreated }) => recreated)).toHaveLength(30_000);
  });

  it('knows which sidekicks are made anew with the main container', () => {
    const secondaryLaunchConfigs = [
      { name: 'alone', imageUuid: 'docker:acme/alone:1' },
      { name: 'far', imageUuid: 'docker:acme/far:1', networkLaunchConfig: 'near' },
      { name: 'near', imageUuid: 'docker:acme/near:1', dataVolumesFromLaunchConfigs: ['data', 'web'] },
      { name: 'data', imageUuid: 'docker:acme/data:1', networkLaunchConfig: null },
      { name: 'other', imageUuid: 'docker:acme/other:1', networkLaunchConfig: 'alone' },
      { name: 'none', imageUuid: 'docker:rancher/none' },
      { imageUuid: 'docker:acme/nameless:1' },
    ];

    expect(view({ secondaryLaunchConfigs }).sidekicks).toEqual([
      { name: 'alone', image: 'acme/alone:1', recreated: false },
      { name: 'far', image: 'acme/far:1', recreated: true },
      { name: 'near', image: 'acme/near:1', recreated: true },
      { name: 'data', image: 'acme/data:1', recreated: false },
      { name: 'other', image: 'acme/other:1', recreated: false },
      { name: '', image: 'acme/nameless:1', recreated: false },
    ]);
  });

  it('takes null for no sidekicks', () => {
    expect(view({ secondaryLaunchConfigs: null }).sidekicks).toEqual([]);
  });
});

describe(goneView, () => {
  it('is gone, and links to what is still there', () => {
    expect(goneView(REF, ENVIRONMENT, PAGES)).toMatchObject({
      ref: REF,
      environment: ENVIRONMENT,
      name: '1s7',
      link: 'https://rancher.example/ui/env/1a5',
      image: null,
      scale: null,
      phase: 'gone',
      blocked: null,
    });
  });
});

describe(phaseOf, () => {
  it.each([
    ['requested', 'changing'],
    ['registering', 'changing'],
    ['activating', 'changing'],
    ['active', 'idle'],
    ['updating-active', 'idle'],
    ['restarting', 'changing'],
    ['updating-inactive', 'stopped'],
    ['deactivating', 'stopped'],
    ['inactive', 'stopped'],
    ['upgrading', 'upgrading'],
    ['upgraded', 'upgraded'],
    ['finishing-upgrade', 'finishing'],
    ['rolling-back', 'rolling_back'],
    ['canceling-upgrade', 'cancelling'],
    ['canceled-upgrade', 'cancelled'],
    ['removing', 'gone'],
    ['removed', 'gone'],
    ['erroring', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
  ])('translates %s into %s', (state, phase) => {
    expect(phaseOf(state)).toBe(phase);
  });
});

describe(imageOf, () => {
  it.each([
    ['docker:acme/web', 'acme/web'],
    ['docker:docker.io/acme/web:1@sha256:abc', 'docker.io/acme/web:1@sha256:abc'],
    ['docker:rancher/none-such:1', 'rancher/none-such:1'],
    ['docker:rancher/none', null],
    ['docker:rancher/none:latest', null],
    ['rancher/none', null],
    ['sim:acme/web:1', null],
    ['acme/web:1', null],
    ['docker:', null],
    ['', null],
    [null, null],
  ])('reads %s', (imageUuid, image) => {
    expect(imageOf({ imageUuid })).toBe(image);
  });
});

describe(imagesOf, () => {
  it('gives the images of the main container and of the sidekicks', () => {
    const secondaryLaunchConfigs = [{ name: 'a', imageUuid: 'docker:acme/a:1' }, { name: 'b' }];

    expect(imagesOf(resource({ secondaryLaunchConfigs }))).toEqual([
      'registry.example:5000/acme/web:1.0.0',
      'acme/a:1',
    ]);
    expect(imagesOf(resource({ launchConfig: null, secondaryLaunchConfigs: null }))).toEqual([]);
  });
});

describe(isUpgradable, () => {
  it.each([
    ['service', true],
    ['loadBalancerService', true],
    ['dnsService', false],
    ['externalService', false],
    ['networkDriverService', false],
    ['storageDriverService', false],
    ['kubernetesService', false],
    ['composeService', false],
  ])('takes a %s: %p', (type, expected) => {
    expect(isUpgradable(resource({ type }))).toBe(expected);
  });
});
