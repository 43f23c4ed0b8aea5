import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidSettings } from '../src/config/settings-registry.js';
import { Proxy } from './fakes/proxy.js';
import { World } from './harness/world.js';

const BOTH = ['production', 'staging'];
const ONE = ['production'];

describe('CATTLE_URL', () => {
  let world: World;
  let proxy: Proxy;

  beforeAll(async () => {
    world = await World.start({ isServed: false });
    proxy = await Proxy.start('/some/prefix', world.rancher.url);
  });

  afterEach(() => world.stopService());

  afterAll(async () => {
    await proxy.stop();
    await world.close();
  });

  /** Starts the service with the address, in which HOST and PROXY stand for where these are. */
  async function use(address: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const url = address.replace('HOST', new URL(world.rancher.url).host).replace('PROXY', proxy.url);
    world.rancher.journal.clear();
    await world.startService({ CATTLE_URL: url, ...variables });
  }

  it.each([
    ['http://HOST', BOTH],
    ['http://HOST/', BOTH],
    ['HTTP://HOST///', BOTH],
    ['http://HOST/v1', BOTH],
    ['http://HOST/v1/', BOTH],
    ['http://HOST//v1//', BOTH],
    ['http://HOST/v2-beta', BOTH],
    ['http://HOST/v2-beta/', BOTH],
    ['http://HOST/v1/schemas', BOTH],
    ['http://HOST/v2-beta/schemas/', BOTH],
    ['http://HOST/v2-beta/projects', BOTH],
    ['http://HOST/v1/projects/1a5', ONE],
    ['http://HOST/v1/projects/1a5/', ONE],
    ['http://HOST/v2-beta//projects//1a5', ONE],
    ['http://HOST/v2-beta/projects/1a5', ONE],
    ['http://HOST/v1/projects/1a5/schemas', ONE],
    ['http://HOST/v2-beta/projects/1a5/schemas/', ONE],
    ['PROXY/some/prefix', BOTH],
    ['PROXY/some/prefix/', BOTH],
    ['PROXY//some//prefix//v1', BOTH],
    ['PROXY/some/prefix/v2-beta/projects/1a5/schemas', ONE],
  ])('may be %s', async (address, environments) => {
    const name = `at-${address.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-${address.length}`;
    const services = BOTH.map((environment) => world.add(name, {}, environment));
    await use(address);

    const { status, rollouts } = await world.upgrade({
      docker_image: `acme/${name}:2.0.0`,
      confirm: false,
    });

    const root = address.includes('PROXY') ? `${proxy.url}/some/prefix` : world.rancher.url;
    const paths = world.rancher.journal.requests.map(({ path }) => path);
    const touched = services.filter(({ image }) => image === `docker:acme/${name}:2.0.0`);
    expect(status).toBe('awaiting_confirmation');
    expect(rollouts.map(({ environment }) => environment.name).toSorted()).toEqual(environments);
    expect(touched.map(({ environment }) => environment.name)).toEqual(environments);
    for (const { link } of rollouts) expect(link).toMatch(new RegExp(`^${root}/env/1a\\d+/apps/`));
    expect(paths.filter((path) => !/^\/v2-beta\/projects($|\/1a[56]\/)/.test(path))).toEqual([]);
  });

  it.each([
    ['HOST/v1', 'must begin with http:// or https://'],
    ['ftp://HOST/v1', 'must begin with http:// or https://'],
    ['http://', 'must begin with http:// or https://'],
    ['http://key:s3cr3t@HOST/v1', 'must not have a user and a password in it'],
    ['http://HOST/v1?projectId=1a5', 'must have neither ? nor # in it'],
    ['http://HOST/v1/services', 'must end with the version (/v2-beta) or with an environment'],
    ['http://HOST/v2-beta/projects/1a5/services', 'must end with the version (/v2-beta)'],
    ['http://HOST/v1/projects/production', 'must name an environment by its id'],
  ])('may not be %s: the start stops and says why', async (address, problem) => {
    const start = use(address);

    await expect(start).rejects.toBeInstanceOf(InvalidSettings);
    await expect(start).rejects.toThrow(`CATTLE_URL ${problem}`);
    await expect(start).rejects.not.toThrow('s3cr3t');
  });

  it.each([
    [
      'http://HOST/rancher/v1',
      'CATTLE_URL answers 200 with a web page that is not the API of Rancher 1.2 or newer: is it right?',
    ],
    [
      'http://HOST/a.b/v1',
      'CATTLE_URL answers 404 with a web page that is not the API of Rancher 1.2 or newer: is it right?',
    ],
    [
      'PROXY/other/prefix',
      'CATTLE_URL answers 404 with a web page that is not the API of Rancher 1.2 or newer: is it right?',
    ],
    ['http://127.0.0.1:9', 'Rancher cannot be reached: connection refused'],
  ])(
    'that is wrong (%s) is told by the plan, the upgrade, readiness and the log',
    async (address, message) => {
      await use(address, { AUTOUPDATE_PATIENCE_MINUTES: '1' });

      const plan = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
      const ready = await world.get<{ checks: unknown }>('/health/ready');
      const id = await world.begin({ docker_image: 'acme/web:2.0.0' });
      await world.until('it waits', async () => (await world.view(id)).message !== 'looking for services');

      expect(plan).toMatchObject({ status: 503, body: { message } });
      expect(ready).toMatchObject({
        status: 503,
        body: { checks: expect.arrayContaining([{ name: 'rancher', ok: false, message }]) },
      });
      expect(await world.view(id)).toMatchObject({
        status: 'running',
        message: `waiting for Rancher: ${message}`,
      });
      expect(world.log.map((line) => line['message'])).toContain(message);
    },
  );

  it('that a proxy redirects is told with the address that is right', async () => {
    const location = 'https://rancher.acme.io/v2-beta/projects?token=s3cr3t';
    const fault = world.rancher.faults.add({ kind: 'redirect', location });
    await use('http://HOST');

    const { status, body } = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
    fault.remove();

    expect(status).toBe(503);
    expect(body.message).toBe(
      'CATTLE_URL is redirected to https://rancher.acme.io/v2-beta/projects: set it to the final address',
    );
    expect(world.output.join('')).not.toContain('s3cr3t');
  });

  it('of an environment that is not there selects none', async () => {
    await use('http://HOST/v2-beta/projects/1a99');

    const { status, message } = await world.upgrade({ docker_image: 'acme/web:2.0.0' });

    expect(status).toBe('failed');
    expect(message).toBe('no environment that the key can see is selected');
    expect(world.log.map((line) => line['message'])).toContain(
      'environment production is left out: CATTLE_URL is that of 1a99 alone',
    );
  });
});

describe('AUTOUPDATE_RANCHER_UI_URL', () => {
  it.each([
    ['https://rancher.acme.io', 'https://rancher.acme.io/env'],
    ['https://acme.io/rancher//', 'https://acme.io/rancher/env'],
  ])('%s is the base of the links that people click', async (url, base) => {
    const world = await World.start({ variables: { AUTOUPDATE_RANCHER_UI_URL: url } });
    const { ref, stack } = world.add('linked');

    const { body } = await world.post({ docker_image: 'acme/linked:2.0.0', dry_run: true });
    await world.close();

    expect(body.rollouts).toMatchObject([{ link: `${base}/1a5/apps/stacks/1st${stack.id}/services/${ref}` }]);
  });
});
