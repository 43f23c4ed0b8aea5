import { afterEach, describe, expect, it } from '@jest/globals';
import { failureOf } from './harness/failure-of.js';
import { CATTLE_FLEET } from './harness/cattle-fleet.js';
import { type LeafOptions, RancherLeaf } from './harness/rancher-leaf.js';
import { ORDER } from './fakes/services.js';

const REPOSITORY = 'docker.io/acme/web';

describe('Rancher 1.6, looked at,', () => {
  let leaf: RancherLeaf;

  afterEach(() => leaf.close());

  async function start(options: Partial<LeafOptions> = {}): Promise<void> {
    leaf = await RancherLeaf.start({ fleet: CATTLE_FLEET, ...options });
  }

  describe('environments', () => {
    it.each([
      ['environment', ['Default']],
      ['service', ['Default']],
      ['member', ['Default']],
      ['readonly', ['Default']],
      ['admin', ['Default', 'nonprod']],
    ])('are those in use that the key %s sees', async (key, names) => {
      await start({ key });

      const environments = await leaf.rancher.environments();

      expect(environments.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    });

    it.each([
      ['^nonprod$', ['nonprod']],
      ['prod', ['nonprod']],
      ['^prod$', []],
      ['["Def", "non"]', ['Default', 'nonprod']],
    ])('are those that %s selects', async (patterns, names) => {
      await start({ key: 'admin', variables: { AUTOUPDATE_ENVIRONMENT_NAMES: patterns } });

      const environments = await leaf.rancher.environments();

      expect(environments.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    });

    it.each([
      '',
      '/',
      '/v1',
      '/v1/',
      '/v2-beta',
      '//v2-beta//',
      '/v1/schemas',
      '/v1/projects/1a5',
      '/v2-beta//projects/1a5/',
      '/v2-beta/projects/1a5/schemas',
    ])('are found whatever the form of the address: "%s"', async (end) => {
      await start();
      await leaf.restart({ key: 'admin', variables: { CATTLE_URL: `${leaf.cattle.url}${end}` } });

      const environments = await leaf.rancher.environments();

      const names = end.includes('projects') ? ['Default'] : ['Default', 'nonprod'];
      expect(environments.map(({ name }) => name).toSorted()).toEqual(names);
    });
  });

  describe('candidates', () => {
    it.each(['environment', 'service', 'member', 'admin'])(
      'run the repository in any part, for the key %s',
      async (key) => {
        await start({ key });

        const candidates = await leaf.rancher.candidates(await leaf.environment('Default'), REPOSITORY);

        expect(candidates.map(({ name, phase }) => [name, phase])).toEqual([
          ['web', 'idle'],
          ['app', 'idle'],
          ['vault', 'idle'],
          ['stopped', 'stopped'],
          ['digest', 'idle'],
          ['infra', 'idle'],
        ]);
        expect(candidates.map(({ blocked }) => blocked?.code ?? null)).toEqual([
          null,
          null,
          null,
          null,
          null,
          'service.system',
        ]);
        expect(candidates.every(({ stack }) => stack.name === 'shop')).toBe(true);
      },
    );

    it('know their sidekicks', async () => {
      await start();

      const candidates = await leaf.rancher.candidates(
        await leaf.environment('Default'),
        'docker.io/acme/logger',
      );

      expect(candidates[0]?.sidekicks).toEqual([
        { name: 'logger', image: 'acme/logger:1.0.0', recreated: false },
        { name: 'proxy', image: 'acme/web:0.9', recreated: true },
      ]);
    });

    it('are all found among 2,500 services on pages of 500 that overlap', async () => {
      const services = Array.from({ length: 2500 }, (_, index) => ({
        name: `s${index}`,
        image: 'acme/many:1',
      }));
      const environments = [{ name: 'Default', stacks: [{ name: 'many', services }] }];
      await start({ fleet: { ...CATTLE_FLEET, environments } });
      const environment = await leaf.environment('Default');
      leaf.cattle.journal.clear();

      const candidates = await leaf.rancher.candidates(environment, 'docker.io/acme/many');

      expect(new Set(candidates.map(({ ref }) => ref.id)).size).toBe(2500);
      const paths = leaf.cattle.journal.requests.map(({ path }) => path.split('/').at(-1));
      expect(paths).toEqual([...Array.from({ length: 6 }, () => 'services'), 'stacks']);
    });

    it('are not to be had of an environment that is closed, while others are', async () => {
      await start({ key: 'admin' });
      const [open, closed] = [await leaf.environment('Default'), await leaf.environment('nonprod')];
      leaf.cattle.faults.add({ kind: 'forbidden', environment: 'nonprod' });

      expect(await failureOf(leaf.rancher.candidates(closed, REPOSITORY))).toMatchObject({
        code: 'rancher.forbidden',
      });
      expect(await leaf.rancher.candidates(open, REPOSITORY)).not.toHaveLength(0);
    });
  });

  describe('a look', () => {
    it.each([
      ['web', 'idle', null],
      ['waiting', 'upgraded', null],
      ['stopped', 'stopped', null],
      ['balancer', 'idle', null],
      ['alias', 'idle', 'service.unsupported'],
      ['outside', 'idle', 'service.unsupported'],
      ['selector', 'idle', 'service.unsupported'],
      ['infra', 'idle', 'service.system'],
    ])('at %s finds it %s, blocked by %p', async (name, phase, blocked) => {
      await start();

      const service = await leaf.look('Default', 'shop', name);

      expect(service.phase).toBe(phase);
      expect(service.blocked?.code ?? null).toBe(blocked);
    });

    it('links to the page of the service', async () => {
      await start({ variables: { AUTOUPDATE_RANCHER_UI_URL: 'https://rancher.example/' } });
      const ref = leaf.ref('Default', 'shop', 'web');
      const stack = leaf.cattle.fleet.service('Default', 'shop', 'web').stack.id;

      const { link } = await leaf.rancher.look(ref);

      expect(link).toBe(`https://rancher.example/env/1a5/apps/stacks/1st${stack}/services/${ref.id}`);
    });

    it('passes on what Rancher says of its trouble', async () => {
      await start();
      leaf.cattle.faults.add({ kind: 'image-missing', image: 'acme/web:2.0.0' });
      const web = await leaf.look('Default', 'shop', 'web');
      await leaf.rancher.start(web, ORDER);
      leaf.time.advance(10_000);

      const { phase, detail } = await leaf.rancher.look(web.ref);

      expect(phase).toBe('upgrading');
      expect(detail).toMatch(/instance|container/i);
    });

    it.each(['removed', 'purged'])('finds a service that was %s gone', async (how) => {
      await start();
      const service = leaf.cattle.fleet.service('Default', 'shop', 'web');
      const ref = leaf.ref('Default', 'shop', 'web');
      if (how === 'purged') leaf.cattle.fleet.purgeService(service);
      else leaf.cattle.as('somebody').remove(service);

      expect((await leaf.rancher.look(ref)).phase).toBe('gone');
    });

    it('does not take a service for gone that the key can no longer see', async () => {
      await start();
      const elsewhere = leaf.ref('nonprod', 'shop', 'web');

      expect(await failureOf(leaf.rancher.look(elsewhere))).toMatchObject({ code: 'rancher.forbidden' });
    });

    it('does not take the page of a proxy for an answer', async () => {
      await start();
      leaf.cattle.faults.add({ kind: 'proxy-page', status: 404, path: '/services/' });

      expect(await failureOf(leaf.look('Default', 'shop', 'web'))).toMatchObject({ code: 'rancher.error' });
    });

    it('sees through trouble that passes', async () => {
      await start();
      leaf.cattle.faults.add({ kind: 'server-error', status: 503, times: 1 });
      leaf.cattle.faults.add({ kind: 'reset', times: 1 });

      expect((await leaf.look('Default', 'shop', 'web')).name).toBe('web');
    });
  });

  describe('an inspection', () => {
    it.each([
      ['service', 'vault', {}, 'secrets.hidden'],
      ['service', 'web', {}, null],
      ['service', 'vault', { AUTOUPDATE_ALLOW_SECRETS_LOSS: 'true' }, null],
      ['environment', 'vault', {}, null],
      ['admin', 'vault', {}, null],
    ])('with the key %s of the service %s and %j: %p', async (key, name, variables, blocked) => {
      await start({ key, variables });
      const service = await leaf.look('Default', 'shop', name);

      const inspection = await leaf.rancher.inspect(service);

      expect(inspection.blocked?.code ?? null).toBe(blocked);
      expect(service.inspectBeforeStart).toBe(key === 'service' && Object.keys(variables).length === 0);
    });

    it('with a blind key takes a service without containers for one with secrets', async () => {
      await start({ key: 'service' });
      leaf.cattle.fleet.addService('Default', 'shop', { name: 'empty', image: 'acme/web:1', scale: 0 });

      const inspection = await leaf.rancher.inspect(await leaf.look('Default', 'shop', 'empty'));

      expect(inspection.blocked).toMatchObject({ code: 'secrets.hidden' });
    });

    it('counts containers of both revisions in the middle of an upgrade, and no sidekicks', async () => {
      await start();
      const app = await leaf.look('Default', 'shop', 'app');
      await leaf.rancher.start(app, { ...ORDER, image: 'acme/app:2.0.0' });
      const before = await leaf.rancher.inspect(await leaf.rancher.look(app.ref));
      leaf.time.advance(10_000);
      const after = await leaf.rancher.inspect(await leaf.rancher.look(app.ref));

      expect(before).toMatchObject({ current: 0, outdated: 1 });
      expect(after).toMatchObject({ current: 1, outdated: 0 });
      expect(after.newest?.getTime()).toBeGreaterThan(before.newest?.getTime() ?? 0);
    });

    it('recognises the service that the updater runs in', async () => {
      await start();
      const own = leaf.cattle.fleet.service('Default', 'shop', 'web').instances[1]?.externalId ?? '';
      await leaf.restart({ own });
      const [web, app] = [
        await leaf.look('Default', 'shop', 'web'),
        await leaf.look('Default', 'shop', 'app'),
      ];

      expect(web.inspectBeforeStart).toBe(true);
      expect((await leaf.rancher.inspect(web)).blocked).toMatchObject({ code: 'service.self' });
      expect((await leaf.rancher.inspect(app)).blocked).toBeNull();
    });
  });
});
