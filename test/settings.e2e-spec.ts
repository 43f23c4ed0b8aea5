import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { World } from './harness/world.js';

describe('the settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const file = join(folder, 'secret');
  let world: World;

  beforeAll(async () => {
    world = await World.start({ isServed: false });
    writeFileSync(file, 'admin-secret\n');
  });

  afterEach(() => world.stopService());

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** Starts the service with these settings. */
  async function use(variables: Readonly<Record<string, string>>): Promise<void> {
    world.output.length = 0;
    world.rancher.journal.clear();
    await world.startService(variables);
  }

  async function plan(image: string, more = {}): Promise<UpgradeView> {
    return (await world.post({ docker_image: image, dry_run: true, confirm: true, ...more })).body;
  }

  describe('AUTOUPDATE_ENABLE_LABEL', () => {
    const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      enable: { 'autoupdate.enable': 'true' },
      enabled: { 'autoupdate.enabled': 'true' },
      own: { 'io.acme/update': 'true' },
      'own-off': { 'io.acme/update': 'no', 'autoupdate.enable': 'true' },
      'own-while-other-off': { 'io.acme/update': 'yes', 'autoupdate.enable': 'false' },
    };

    beforeAll(() => {
      for (const [name, labels] of Object.entries(LABELS)) {
        const image = 'acme/labelled:1.0.0';
        world.rancher.fleet.addService('production', 'shop', { name, image, labels });
      }
    });

    it.each([
      ['', ['enable', 'enabled', 'own-off']],
      ['autoupdate.enable', ['enable', 'own-off']],
      ['io.acme/update', ['own', 'own-while-other-off']],
    ])('of %j opts %j in', async (label, names) => {
      await use({ AUTOUPDATE_ENABLE_LABEL: label });

      const { rollouts, skipped } = await plan('acme/labelled:2.0.0');

      const wanted = label || 'autoupdate.enable or autoupdate.enabled';
      expect(rollouts.map(({ service }) => service.name)).toEqual(names);
      expect(skipped).toHaveLength(Object.keys(LABELS).length - names.length);
      for (const { reason } of skipped) {
        expect(reason).toEqual({
          code: 'label.off',
          message: `the service has not opted in by the label ${wanted}`,
        });
      }
    });
  });

  describe('AUTOUPDATE_TIMEOUT', () => {
    it.each([
      [{}, '', 45],
      [{ confirm: false }, '', 45],
      [{}, '90', 90],
      [{ timeout: 7 }, '90', 7],
    ])('counts for %j with the label %j: %i s', async (asked, label, timeout) => {
      const name = `timed-x${JSON.stringify([asked, label]).replaceAll(/[^a-z0-9]/g, '')}`;
      world.add(name, { labels: { 'autoupdate.timeout': label } });
      await use({ AUTOUPDATE_TIMEOUT: '45' });

      expect((await plan(`acme/${name}:2.0.0`, asked)).rollouts).toMatchObject([{ timeout }]);
    });
  });

  describe('the key', () => {
    const none = { CATTLE_ACCESS_KEY: '', CATTLE_SECRET_KEY: '' };

    it.each([
      ['from files', { ...none, CATTLE_ACCESS_KEY: 'admin', CATTLE_SECRET_KEY_FILE: file }],
      [
        'as Rancher gives it to a container of several roles',
        { ...none, CATTLE_ENVIRONMENT_ACCESS_KEY: 'admin', CATTLE_ENVIRONMENT_SECRET_KEY: 'admin-secret' },
      ],
      [
        'from its first variables, if there are both',
        { CATTLE_ENVIRONMENT_ACCESS_KEY: 'other', CATTLE_ENVIRONMENT_SECRET_KEY: 'other-secret' },
      ],
    ])('is taken %s', async (_, variables) => {
      await use(variables);

      await plan('acme/web:2.0.0');

      const keys = world.rancher.journal.requests.map(({ key }) => key);
      expect(new Set(keys)).toEqual(new Set(['admin']));
    });

    it('is never made of two halves', async () => {
      const start = use({ CATTLE_SECRET_KEY: '', CATTLE_ENVIRONMENT_SECRET_KEY: 'admin-secret' });

      await expect(start).rejects.toThrow('CATTLE_SECRET_KEY must be set together with CATTLE_ACCESS_KEY');
    });
  });

  it('AUTOUPDATE_DATA_DIR says where upgrades outlive the service', async () => {
    world.add('kept');
    await use({ AUTOUPDATE_DATA_DIR: folder });
    const before = await world.upgrade({ docker_image: 'acme/kept:2.0.0' });
    await world.stopService();

    await use({ AUTOUPDATE_DATA_DIR: folder });

    expect(await world.view(String(before.id))).toEqual(before);
    expect(before.status).toBe('succeeded');
  });

  it.each([
    [{}, false],
    [{ AUTOUPDATE_LOG_LEVEL: 'debug' }, true],
    [{ DEBUG: 'true' }, true],
    [{ DEBUG: 'app:*' }, true],
    [{ DEBUG: '0' }, false],
    [{ DEBUG: '' }, false],
  ])('%j lets the log tell what only reads: %s', async (variables, isDebug) => {
    await use(variables);

    await world.get('/ping');

    expect(world.log.some(({ path }) => path === '/ping')).toBe(isDebug);
  });

  it('AUTOUPDATE_LOG_FORMAT=text is for people', async () => {
    await use({ AUTOUPDATE_LOG_FORMAT: 'text' });

    const [line = ''] = world.output;
    expect(line).not.toMatch(/^\{/);
  });

  it('that are not known are warned of, with what may be meant', async () => {
    await use({ AUTOUPDATE_TIMOUT: '30', AUTOUPDATE_SLACK_URL: '', AUTOUPDATE_X: '1' });

    const said = world.log.map(({ level, message }) => `${String(level)}: ${String(message)}`);
    expect(said.filter((line) => line.includes('is not known'))).toEqual([
      'warn: AUTOUPDATE_TIMOUT is not known and does nothing: did you mean AUTOUPDATE_TIMEOUT?',
      expect.stringMatching(/^warn: AUTOUPDATE_X is not known and does nothing: /),
    ]);
  });
});
