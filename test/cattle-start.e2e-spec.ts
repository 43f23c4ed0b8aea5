import { afterEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from './fakes/hand-clock.js';
import { failureOf } from './harness/failure-of.js';
import { CATTLE_FLEET } from './harness/cattle-fleet.js';
import { type LeafOptions, RancherLeaf } from './harness/rancher-leaf.js';
import { ORDER } from './fakes/services.js';

const REPOSITORY = 'docker.io/acme/web';

describe('Rancher 1.6, asked to upgrade,', () => {
  let leaf: RancherLeaf;

  afterEach(() => leaf.close());

  async function start(options: Partial<LeafOptions> = {}): Promise<void> {
    leaf = await RancherLeaf.start({ fleet: CATTLE_FLEET, ...options });
  }

  describe('a start', () => {
    it('sends the launchConfig back as it was found, with another image', async () => {
      await start();
      const { ref } = await leaf.look('Default', 'shop', 'web');
      const found = await fetch(`${leaf.cattle.url}/v2-beta/projects/1a5/services/${ref.id}`, {
        headers: { authorization: `Basic ${btoa('environment:environment-secret')}` },
      });
      const { launchConfig } = (await found.json()) as { launchConfig: Record<string, unknown> };

      const revision = await leaf.rancher.start(await leaf.rancher.look(ref), ORDER);

      expect(leaf.actions).toEqual([
        {
          path: `/v2-beta/projects/1a5/services/${ref.id}/?action=upgrade`,
          body: {
            inServiceStrategy: {
              batchSize: 1,
              intervalMillis: 2000,
              startFirst: false,
              launchConfig: { ...launchConfig, imageUuid: 'docker:acme/web:2.0.0' },
            },
          },
        },
      ]);
      expect(launchConfig).toMatchObject({ 'x-unheard-of': { kept: [1, null] } });
      expect(revision).not.toBe('0');
      expect(leaf.cattle.fleet.service('Default', 'shop', 'web').version).toBe(revision);
    });

    it('keeps the pace of the last upgrade and takes the order as it is', async () => {
      await start();
      const order = { ...ORDER, image: 'acme/paced:latest', startFirst: true, pull: true };

      await leaf.rancher.start(await leaf.look('Default', 'shop', 'paced'), order);

      expect(leaf.actions[0]?.body).toMatchObject({
        inServiceStrategy: {
          batchSize: 3,
          intervalMillis: 500,
          startFirst: true,
          launchConfig: {
            imageUuid: 'docker:acme/paced:latest',
            labels: { 'io.rancher.container.pull_image': 'always' },
          },
        },
      });
    });

    it('upgrades a load balancer under the address of services, which keeps its configuration', async () => {
      await start();

      await leaf.rancher.start(await leaf.look('Default', 'shop', 'balancer'), {
        ...ORDER,
        image: 'rancher/lb:2',
      });

      expect(leaf.actions[0]?.path).toMatch(/\/services\/1s\d+\/\?action=upgrade$/);
    });

    it('leads through all phases, and a finish to the end', async () => {
      await start();
      const service = await leaf.look('Default', 'shop', 'web');
      const phases = [service.phase];

      const revision = await leaf.rancher.start(service, ORDER);
      for (let turn = 0; turn < 200; turn += 1) {
        const { phase } = await leaf.rancher.look(service.ref);
        if (phase !== phases.at(-1)) phases.push(phase);
        if (phase === 'upgraded') await leaf.rancher.finish(service.ref);
        else leaf.time.advance(50);
      }

      expect(phases).toEqual(['idle', 'upgrading', 'upgraded', 'finishing', 'idle']);
      expect(await leaf.rancher.look(service.ref)).toMatchObject({
        phase: 'idle',
        image: 'acme/web:2.0.0',
        revision,
      });
    });

    it('is refused for good when Rancher cannot take it', async () => {
      await start();
      const kept = await leaf.look('Default', 'shop', 'kept');

      const failure = await failureOf(leaf.rancher.start(kept, { ...ORDER, startFirst: true }));

      expect(kept.canStartFirst).toBe(false);
      expect(failure).toMatchObject({
        code: 'rancher.refused',
        message: expect.stringContaining('retainIp'),
      });
    });

    it('is refused for good when the key may only read', async () => {
      await start({ key: 'readonly' });
      const web = await leaf.look('Default', 'shop', 'web');

      expect(web.blocked).toMatchObject({ code: 'service.read_only' });
      expect(await failureOf(leaf.rancher.start(web, ORDER))).toMatchObject({ code: 'rancher.refused' });
    });

    it('is in conflict with one that is under way', async () => {
      await start();
      const [first, second] = [
        await leaf.look('Default', 'shop', 'web'),
        await leaf.look('Default', 'shop', 'web'),
      ];
      await leaf.rancher.start(first, ORDER);

      expect(await failureOf(leaf.rancher.start(second, ORDER))).toMatchObject({ code: 'rancher.conflict' });
      expect(await failureOf(leaf.rancher.finish(first.ref))).toMatchObject({ code: 'rancher.conflict' });
    });

    it('needs a look before it', async () => {
      await start();
      const [candidate] = await leaf.rancher.candidates(await leaf.environment('Default'), REPOSITORY);
      if (!candidate) throw new Error('there is no candidate');

      expect(await failureOf(leaf.rancher.start(candidate, ORDER))).toMatchObject({
        code: 'rancher.conflict',
      });
      expect(leaf.actions).toEqual([]);
    });

    it.each([
      [{ kind: 'conflict' }, 'rancher.uncertain', false],
      [{ kind: 'conflict', stored: true }, 'rancher.uncertain', false],
      [{ kind: 'server-error' }, 'rancher.uncertain', false],
      [{ kind: 'server-error', status: 503, retryAfter: '3' }, 'rancher.uncertain', false],
      [{ kind: 'proxy-page', status: 502 }, 'rancher.uncertain', false],
      [{ kind: 'proxy-page', status: 200 }, 'rancher.uncertain', false],
      [{ kind: 'lost-reply' }, 'rancher.uncertain', true],
      [{ kind: 'reset' }, 'rancher.uncertain', false],
      [{ kind: 'too-many', retryAfter: '3' }, 'rancher.unreachable', false],
      [{ kind: 'unauthorized' }, 'rancher.unauthorized', false],
      [{ kind: 'forbidden' }, 'rancher.forbidden', false],
      [{ kind: 'redirect', location: 'https://rancher.example/' }, 'rancher.error', false],
      [{ kind: 'redirect', status: 307, location: 'https://rancher.example/' }, 'rancher.error', false],
    ] as const)('that meets %j fails as %s and is never repeated', async (fault, code, isUnderWay) => {
      await start();
      const web = await leaf.look('Default', 'shop', 'web');
      leaf.cattle.faults.add({ ...fault, method: 'POST', times: 1 });

      const failure = await failureOf(leaf.rancher.start(web, ORDER));

      expect(failure.code).toBe(code);
      expect(leaf.actions).toHaveLength(1);
      expect((await leaf.rancher.look(web.ref)).phase).toBe(isUnderWay ? 'upgrading' : 'idle');
    });

    it('that gets no answer in ten seconds may have happened', async () => {
      const clock = new HandClock();
      await start({ clock });
      const web = await leaf.look('Default', 'shop', 'web');
      leaf.cattle.faults.add({ kind: 'hang', committed: true, method: 'POST' });
      const failure = failureOf(leaf.rancher.start(web, ORDER));
      while (leaf.actions.length === 0) await idle();

      await clock.advance(10_000);

      expect(await failure).toMatchObject({ code: 'rancher.uncertain' });
      leaf.cattle.faults.clear();
      expect((await leaf.rancher.look(web.ref)).phase).toBe('upgrading');
    });

    it('that a conflict left stored shows in the containers', async () => {
      await start();
      const web = await leaf.look('Default', 'shop', 'web');
      leaf.cattle.faults.add({ kind: 'conflict', stored: true, method: 'POST', times: 1 });
      await failureOf(leaf.rancher.start(web, ORDER));

      const after = await leaf.rancher.look(web.ref);

      expect(after).toMatchObject({ phase: 'idle', image: 'acme/web:2.0.0' });
      expect(after.revision).not.toBe(web.revision);
      expect(await leaf.rancher.inspect(after)).toMatchObject({ current: 0, outdated: 2 });
    });
  });
});
