import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aServiceResource } from '../../../../test/fakes/cattle-resources.js';
import type { Service } from '../../../domain/service.js';
import type { LaunchConfig, ServiceResource } from '../api/cattle.wire.js';
import { LABELS } from '../labels.js';
import { viewOf } from '../service-view.js';
import { repositoriesOf, rowOf } from './service-row.js';

const SURROUNDINGS = {
  ref: { backend: 'cattle', environment: '1a5', id: '1s7' },
  environment: { id: '1a5', name: 'production' },
  stack: { id: '1st3', name: 'shop' },
  pages: 'https://rancher.example',
  inspectBeforeStart: false,
};

describe(rowOf, () => {
  it('keeps all that a view is made of, but for labels that Rancher sets for itself', () => {
    fc.assert(
      fc.property(services, (resource) => {
        const whole = viewOf(resource, SURROUNDINGS);

        expect(viewOf(rowOf(resource), SURROUNDINGS)).toEqual(withoutOwnLabels(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for what is a row already', () => {
    fc.assert(fc.property(services, (resource) => expect(rowOf(rowOf(resource))).toEqual(rowOf(resource))));
  });

  it('takes no more than a kilobyte of a realistic service', () => {
    const whole = JSON.stringify(REALISTIC);
    const kept = JSON.stringify(rowOf(REALISTIC));

    expect(whole.length).toBeGreaterThan(5000);
    expect(kept.length).toBeLessThanOrEqual(1024);
  });

  it('holds on to nothing of the resource that it is made of', () => {
    const row = rowOf(REALISTIC);

    expect(row).not.toHaveProperty('links');
    expect(row.launchConfig).not.toHaveProperty('environment');
    expect(row.upgrade?.inServiceStrategy).toEqual({
      launchConfig: { imageUuid: 'docker:registry.acme.io:5000/shop/storefront:2.14.3', version: VERSION },
    });
  });
});

describe(repositoriesOf, () => {
  it('names each once, normalised, and leaves out what is no image', () => {
    const sidekicks = ['docker:docker.io/library/redis:7', 'docker:acme/web:2', 'nonsense', null];
    const resource = aServiceResource({
      secondaryLaunchConfigs: sidekicks.map((imageUuid) => ({ imageUuid })),
    });

    expect(repositoriesOf(resource)).toEqual(['docker.io/acme/web', 'docker.io/library/redis']);
  });
});

const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one);
const images = fc.oneof(
  fc.constantFrom('docker:acme/web:1', 'docker:acme/app@sha256:0', 'docker:rancher/none', 'docker:', 'x', ''),
  fc.string(),
);
const names = fc.constantFrom('a', 'b', 'c', 'web');
const labels = fc.dictionary(
  fc.oneof(
    fc.constantFrom('autoupdate.enable', 'io.rancher.stack.name', ...Object.values(LABELS)),
    fc.string(),
  ),
  fc.constantFrom('true', 'false', 'x'),
);
const configs: fc.Arbitrary<LaunchConfig> = fc.record(
  {
    name: optional(names),
    imageUuid: optional(images),
    version: optional(fc.string()),
    labels: optional(labels),
    networkLaunchConfig: optional(names),
    dataVolumesFromLaunchConfigs: optional(fc.array(names)),
    environment: fc.dictionary(fc.string(), fc.string()),
  },
  { requiredKeys: [] },
);
const upgrades: fc.Arbitrary<NonNullable<ServiceResource['upgrade']>> = fc.record(
  {
    inServiceStrategy: optional(
      fc.record({ batchSize: fc.nat(), launchConfig: optional(configs) }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: [] },
);
const services: fc.Arbitrary<ServiceResource> = fc
  .record(
    {
      healthState: optional(fc.constantFrom('healthy', 'started-once', 'unhealthy', 'initializing', '')),
      system: optional(fc.boolean()),
      retainIp: optional(fc.boolean()),
      scale: optional(fc.integer()),
      transitioningMessage: optional(fc.oneof(fc.constant('In Progress'), fc.string({ maxLength: 900 }))),
      actions: optional(
        fc.dictionary(fc.constantFrom('upgrade', 'remove'), fc.constantFrom('', 'http://x/')),
      ),
      launchConfig: optional(configs),
      secondaryLaunchConfigs: optional(fc.array(configs, { maxLength: 4 })),
      upgrade: optional(upgrades),
    },
    { requiredKeys: [] },
  )
  .chain((parts) =>
    fc
      .record({
        type: fc.constantFrom('service', 'loadBalancerService', 'dnsService', 'externalService', 'x'),
        state: fc.constantFrom('active', 'inactive', 'upgrading', 'upgraded', 'rolling-back', 'removed', 'x'),
      })
      .map((kind) => ({ id: '1s7', name: 'web', stackId: '1st3', ...kind, ...parts })),
  );

function withoutOwnLabels(service: Service): Service {
  const read: readonly string[] = Object.values(LABELS);
  const kept = Object.entries(service.labels).filter(
    ([name]) => !name.startsWith('io.rancher.') || read.includes(name),
  );
  return { ...service, labels: Object.fromEntries(kept) };
}

const VERSION = 'f3b0c1de-7a52-4f0c-9d3e-0f6a2f1b7c55';
const CONFIG: LaunchConfig = {
  type: 'launchConfig',
  imageUuid: 'docker:registry.acme.io:5000/shop/storefront:2.14.3',
  version: VERSION,
  labels: {
    'autoupdate.enable': 'true',
    'autoupdate.policy': 'newest',
    'autoupdate.timeout': '600',
    'com.acme.team': 'storefront',
    'io.rancher.container.pull_image': 'always',
    'io.rancher.scheduler.affinity:container_label_ne': 'io.rancher.stack_service.name=shop/storefront',
    'io.rancher.scheduler.affinity:host_label': 'zone=eu-west-1a,kind=web',
  },
  environment: Object.fromEntries(
    Array.from({ length: 25 }, (_, index) => [`SETTING_${index}`, `value of the setting ${index}`]),
  ),
  ports: ['8080:8080/tcp'],
  healthCheck: { port: 8080, interval: 2000, requestLine: 'GET "/health" "HTTP/1.0"', strategy: 'recreate' },
};
const STRATEGY = { batchSize: 1, launchConfig: CONFIG, previousLaunchConfig: CONFIG };
const REALISTIC: ServiceResource & Record<string, unknown> = {
  ...aServiceResource({ id: '1s1234', name: 'storefront', scale: 3, secondaryLaunchConfigs: [] }),
  links: Object.fromEntries(
    ['self', 'account', 'instances', 'serviceLogs', 'stack', 'consumedservices'].map((name) => [
      name,
      `https://rancher.acme.io/v2-beta/projects/1a5/services/1s1234/${name}`,
    ]),
  ),
  launchConfig: CONFIG,
  instanceIds: ['1i1', '1i2', '1i3'],
  upgrade: { inServiceStrategy: STRATEGY },
};
