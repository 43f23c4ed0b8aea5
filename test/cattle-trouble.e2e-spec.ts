import { afterEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { Fault } from '../simulator/faults/faults.js';
import { SystemClock } from '../src/common/clock.js';
import type { Sighting } from '../src/domain/service.js';
import type { Check } from '../src/rancher/rancher.backend.js';
import { HandClock, idle } from './fakes/hand-clock.js';
import { failureOf } from './harness/failure-of.js';
import { CATTLE_FLEET } from './harness/cattle-fleet.js';
import { type LeafOptions, RancherLeaf } from './harness/rancher-leaf.js';
import { ORDER } from './fakes/services.js';

/** Waits for what comes by itself, without turning a clock. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await idle();
}

function failing(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

describe('Rancher 1.6 in trouble', () => {
  let leaf: RancherLeaf;

  afterEach(() => leaf.close());

  async function start(options: Partial<LeafOptions> = {}): Promise<void> {
    leaf = await RancherLeaf.start({ fleet: CATTLE_FLEET, ...options });
  }

  describe('an observation', () => {
    it('goes on through a refused key and a Rancher in trouble', async () => {
      const clock = new HandClock();
      await start({ clock });
      const abort = new AbortController();
      const seen: Sighting[] = [];
      leaf.cattle.faults.add({ kind: 'unauthorized', method: 'GET', after: 1, path: '/services/', times: 1 });
      const watching = (async () => {
        const ref = leaf.ref('Default', 'shop', 'web');
        for await (const sighting of leaf.rancher.observe(ref, abort.signal)) seen.push(sighting);
      })();

      await until(() => seen.length === 1);
      await clock.advance(2000);
      await until(() => seen.length === 2);
      await clock.advance(4000);
      await until(() => seen.length === 3);
      abort.abort();
      await watching;

      expect(seen).toMatchObject([
        { seen: true },
        { seen: false, reason: { code: 'rancher.unauthorized' } },
        { seen: true, service: { name: 'web' } },
      ]);
    });
  });

  describe('a check', () => {
    it('is good with every kind of key', async () => {
      await start();
      for (const key of ['environment', 'service', 'member', 'readonly', 'admin']) {
        await leaf.restart({ key });

        expect(failing(await leaf.rancher.check())).toEqual([]);
      }
    });

    it.each([
      ['a wrong key', { CATTLE_SECRET_KEY: 'wrong' }, ['key', 'environments']],
      ['no environment selected', { AUTOUPDATE_ENVIRONMENT_NAMES: '^prod$' }, ['environments']],
      ['an address without an environment', { CATTLE_URL: '/v1/projects/1a9' }, ['environments']],
      [
        'an address below which there is no API',
        { CATTLE_URL: '/elsewhere' },
        ['rancher', 'key', 'environments'],
      ],
    ])('fails for %s', async (_, variables, expected) => {
      await start();
      const { CATTLE_URL = '' } = variables as { CATTLE_URL?: string };
      await leaf.restart({ variables: { ...variables, CATTLE_URL: `${leaf.cattle.url}${CATTLE_URL}` } });

      expect(failing(await leaf.rancher.check())).toEqual(expected);
    });

    it('finds a wrong key out on a server whose access control is off', async () => {
      await start({ simulator: { security: false }, variables: { CATTLE_SECRET_KEY: 'wrong' } });

      expect(failing(await leaf.rancher.check())).toEqual(['key', 'environments']);
    });

    it('fails without Rancher, and says why', async () => {
      await start();
      await leaf.cattle.close();

      const [rancher] = await leaf.rancher.check();

      expect(rancher).toMatchObject({ ok: false, message: expect.stringContaining('connection refused') });
    });

    it('is tried at start-up until it is good', async () => {
      const clock = new HandClock();
      await start({ clock });
      leaf.cattle.faults.add({ kind: 'proxy-page', status: 502, times: 1 });
      leaf.cattle.faults.add({ kind: 'proxy-page', status: 503, times: 1 });
      const says = (text: string) => until(() => leaf.output.some((line) => line.includes(text)));

      await leaf.init();
      await says('502');
      await clock.advance(1000);
      await says('503');
      await clock.advance(2000);
      await says('Rancher answers and takes the key');

      const asked = leaf.cattle.journal.requests.filter(({ path }) => path.endsWith('/projects'));
      expect(asked.map(({ status }) => status)).toEqual([502, 503, 200]);
    });
  });

  it('shows no key in anything that it says, whatever fails', async () => {
    await start({ clock: new SystemClock(), variables: { AUTOUPDATE_LOG_LEVEL: 'debug' } });
    const web = await leaf.look('Default', 'shop', 'web');
    const said: unknown[] = [];
    const faults: readonly Fault[] = [
      { kind: 'unauthorized' },
      { kind: 'forbidden' },
      { kind: 'reset' },
      { kind: 'too-many', retryAfter: '0' },
      { kind: 'server-error' },
      { kind: 'proxy-page' },
    ];
    for (const one of faults) {
      const fault = leaf.cattle.faults.add(one);
      said.push(await failureOf(leaf.rancher.start(web, ORDER)), await leaf.rancher.check());
      fault.remove();
    }
    await leaf.cattle.close();
    said.push(await failureOf(leaf.rancher.start(web, ORDER)), await leaf.rancher.check());

    const all = [...said.map((one) => inspect(one, { depth: null, showHidden: true })), ...leaf.output].join(
      '\n',
    );

    expect(all).toContain('connection refused');
    expect(all).not.toMatch(/environment-secret|ZW52aXJvbm1lbnQ|Basic/);
  });
});
