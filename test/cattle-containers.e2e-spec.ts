import { afterEach, describe, expect, it } from '@jest/globals';
import type { FleetDescription, ServiceDescription } from '../simulator/fleet.js';
import type { Container, Service } from '../src/domain/service.js';
import { RancherLeaf } from './harness/rancher-leaf.js';
import { ORDER } from './fakes/services.js';

const KEYS = [{ access: 'admin', secret: 'admin-secret', kind: 'admin' }] as const;

function fleet(service: Partial<ServiceDescription>): FleetDescription {
  const services = [{ name: 'web', image: 'acme/web:1.0.0', ...service }];
  return {
    environments: [{ name: 'Default', hosts: 3, stacks: [{ name: 'shop', services }] }],
    keys: KEYS,
  };
}

describe('the containers of a service on Rancher 1.6', () => {
  let leaf: RancherLeaf;

  afterEach(() => leaf.close());

  /** A service of which an upgrade has been started. */
  async function upgrading(service: Partial<ServiceDescription> = {}): Promise<Service> {
    leaf = await RancherLeaf.start({ fleet: fleet(service), key: 'admin' });
    const web = await leaf.look('Default', 'shop', 'web');
    await leaf.rancher.start(web, ORDER);
    return leaf.rancher.look(web.ref);
  }

  /** Those of the new revision. */
  async function ours(web: Service): Promise<readonly Container[]> {
    const { containers } = await leaf.rancher.inspect(web);
    return containers.filter(({ revision }) => revision === web.revision);
  }

  async function soundness(web: Service): Promise<readonly boolean[]> {
    return (await ours(web)).map(({ sound }) => sound);
  }

  it('become sound when they run, where nothing checks their health', async () => {
    const web = await upgrading();
    const seen = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      leaf.time.advance(50);
      for (const { state, running, sound, starts } of await ours(web)) {
        seen.add(`${state}: running ${running}, sound ${sound}, starts ${starts}`);
      }
    }

    expect([...seen]).toEqual([
      'creating: running false, sound false, starts 0',
      'starting: running false, sound false, starts 0',
      'running: running true, sound true, starts 1',
    ]);
  });

  it('become sound when they are healthy, where that is checked', async () => {
    const web = await upgrading({ healthCheck: true });
    const fault = leaf.cattle.faults.add({ kind: 'never-healthy', image: 'acme/web:2.0.0' });
    leaf.time.advance(30_000);
    const unheard = await ours(web);
    fault.remove();
    leaf.time.advance(5000);

    expect(unheard).toMatchObject([{ running: true, sound: false }]);
    expect(await soundness(web)).toEqual([true]);
  });

  it('tell a crash loop by their starts, though Rancher takes the upgrade for done', async () => {
    const web = await upgrading();
    leaf.cattle.faults.add({ kind: 'crash-loop', image: 'acme/web:2.0.0', everyMs: 5000 });
    leaf.time.advance(10_000);
    const [before] = await ours(web);
    leaf.time.advance(15_000);
    const [after] = await ours(web);

    expect((await leaf.rancher.look(web.ref)).phase).toBe('upgraded');
    expect(after?.id).toBe(before?.id);
    expect((after?.starts ?? 0) - (before?.starts ?? 0)).toBe(3);
  });

  it('keep the old revision where they are sidekicks that were left alone', async () => {
    const sidekicks = [
      { name: 'logger', image: 'acme/logger:1' },
      { name: 'proxy', image: 'acme/proxy:1', launchConfig: { networkLaunchConfig: 'web' } },
    ];
    const web = await upgrading({ sidekicks });
    leaf.time.advance(30_000);

    const { containers, current, outdated } = await leaf.rancher.inspect(await leaf.rancher.look(web.ref));

    const running = containers.filter((container) => container.running);
    expect(running).toHaveLength(3);
    expect(running.filter(({ revision }) => revision === web.revision)).toHaveLength(2);
    expect(containers.every((container) => container.running === container.sound)).toBe(true);
    expect([current, outdated]).toEqual([1, 0]);
  });

  it.each([
    [{ scale: 2 }, 2, 2],
    [{ scale: 0 }, 0, 0],
    [{ labels: { 'io.rancher.scheduler.global': 'true' } }, null, 3],
  ])('are as many as a service of %j has: scale %p', async (service, scale, count) => {
    const web = await upgrading(service);
    leaf.time.advance(60_000);

    expect((await leaf.rancher.look(web.ref)).scale).toBe(scale);
    expect(await soundness(web)).toEqual(Array.from({ length: count }, () => true));
  });
});
