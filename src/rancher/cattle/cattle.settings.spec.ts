import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Authority } from '../../../test/fakes/authority.js';
import { readSettings } from '../../config/settings-reader.js';
import type { Variables } from '../../config/variable.js';
import { CattleSettings } from './cattle.settings.js';

const GOOD = { CATTLE_URL: 'http://h:8080/v1', CATTLE_ACCESS_KEY: 'A', CATTLE_SECRET_KEY: 'S' };

function read(variables: Variables) {
  const { settings, problems, warnings } = readSettings(CattleSettings, variables);
  if (!(settings instanceof CattleSettings)) throw new Error('no settings were read');
  return { settings, problems, warnings, wrong: problems.map(({ variable }) => variable) };
}

describe(CattleSettings, () => {
  it('needs an address and a key, and has a default for all else', () => {
    const { settings, problems } = read(GOOD);

    expect(problems).toEqual([]);
    expect(settings.address.api).toBe('http://h:8080/v2-beta');
    expect(settings.key).toEqual({ access: 'A', secret: 'S' });
    expect(settings.pages).toBe('http://h:8080');
    expect(settings.patterns.map(({ text }) => text)).toEqual(['.*']);
    expect(settings.AUTOUPDATE_ALLOW_SECRETS_LOSS).toBe(false);
  });

  it('reads the address and the patterns once, however often they are asked for', () => {
    const { settings } = read(GOOD);

    expect(settings.address).toBe(settings.address);
    expect(settings.patterns).toBe(settings.patterns);
  });

  it('has read CATTLE_CA_FILE when it has been checked, whatever becomes of the file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
    writeFileSync(path, (await Authority.make()).pem);
    const { settings, problems } = read({ ...GOOD, CATTLE_CA_FILE: path });

    rmSync(dirname(path), { recursive: true });

    expect(problems).toEqual([]);
    expect(settings.tls.rejectUnauthorized).toBe(true);
  });

  it('names everything that is missing', () => {
    expect(read({}).wrong).toEqual(['CATTLE_URL', 'CATTLE_ACCESS_KEY', 'CATTLE_SECRET_KEY']);
  });

  it('falls back on the pair of keys that Rancher gives for several roles', () => {
    const { CATTLE_URL } = GOOD;
    const pair = { CATTLE_ENVIRONMENT_ACCESS_KEY: 'EA', CATTLE_ENVIRONMENT_SECRET_KEY: 'ES' };

    expect(read({ CATTLE_URL, ...pair }).settings.key).toEqual({ access: 'EA', secret: 'ES' });
    expect(read({ ...GOOD, ...pair }).settings.key).toEqual({ access: 'A', secret: 'S' });
  });

  it.each([
    [
      { CATTLE_ACCESS_KEY: 'A', CATTLE_ENVIRONMENT_SECRET_KEY: 'ES' },
      'CATTLE_SECRET_KEY',
      'CATTLE_ACCESS_KEY',
    ],
    [
      { CATTLE_SECRET_KEY: 'S', CATTLE_ENVIRONMENT_ACCESS_KEY: 'EA' },
      'CATTLE_ACCESS_KEY',
      'CATTLE_SECRET_KEY',
    ],
    [
      { CATTLE_ENVIRONMENT_ACCESS_KEY: 'EA' },
      'CATTLE_ENVIRONMENT_SECRET_KEY',
      'CATTLE_ENVIRONMENT_ACCESS_KEY',
    ],
    [
      { CATTLE_ENVIRONMENT_SECRET_KEY: 'ES' },
      'CATTLE_ENVIRONMENT_ACCESS_KEY',
      'CATTLE_ENVIRONMENT_SECRET_KEY',
    ],
  ])('never mixes halves of two pairs: %j', (halves, missing, given) => {
    const { problems } = read({ CATTLE_URL: GOOD.CATTLE_URL, ...halves });

    expect(problems).toEqual([{ variable: missing, message: `must be set together with ${given}` }]);
  });

  it.each([
    [{ CATTLE_URL: 'rancher:8080' }, 'CATTLE_URL'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: 'prod,(' }, 'AUTOUPDATE_ENVIRONMENT_NAMES'],
    [{ AUTOUPDATE_RANCHER_UI_URL: 'rancher' }, 'AUTOUPDATE_RANCHER_UI_URL'],
    [{ AUTOUPDATE_RANCHER_UI_URL: 'https://me@rancher' }, 'AUTOUPDATE_RANCHER_UI_URL'],
    [{ AUTOUPDATE_RANCHER_UI_URL: 'https://:hush@rancher' }, 'AUTOUPDATE_RANCHER_UI_URL'],
    [{ AUTOUPDATE_ALLOW_SECRETS_LOSS: 'maybe' }, 'AUTOUPDATE_ALLOW_SECRETS_LOSS'],
    [{ CATTLE_CA_FILE: '/nowhere/ca.pem' }, 'CATTLE_CA_FILE'],
    [{ CATTLE_CA_FILE: 'package.json' }, 'CATTLE_CA_FILE'],
  ])('refuses %j', (variables, variable) => {
    const { wrong } = read({ ...GOOD, ...variables });

    expect(wrong).toEqual([variable]);
  });

  it('names each pattern that cannot be read', () => {
    const { problems } = read({ ...GOOD, AUTOUPDATE_ENVIRONMENT_NAMES: 'prod,(,[' });

    expect(problems).toEqual([
      { variable: 'AUTOUPDATE_ENVIRONMENT_NAMES', message: expect.stringContaining('the pattern (,') },
      { variable: 'AUTOUPDATE_ENVIRONMENT_NAMES', message: expect.stringContaining('the pattern [,') },
    ]);
  });

  it('shows no password that stands in an address', () => {
    const { problems } = read({
      ...GOOD,
      CATTLE_URL: 'http://me:hush@h',
      AUTOUPDATE_RANCHER_UI_URL: 'http://me:hush@h',
    });

    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain('hush');
  });

  it('takes the historic misspelling, with a warning', () => {
    const { settings, warnings, problems } = read({ ...GOOD, AUTOUDPATE_ENVIRONMENT_NAMES: '^prod$' });

    expect(settings.AUTOUPDATE_ENVIRONMENT_NAMES).toBe('^prod$');
    expect(warnings).toEqual([expect.stringContaining('AUTOUDPATE_ENVIRONMENT_NAMES')]);
    expect(problems).toEqual([]);
  });

  it('does not choose between two spellings that say different things', () => {
    const { wrong } = read({ ...GOOD, AUTOUDPATE_ENVIRONMENT_NAMES: 'a', AUTOUPDATE_ENVIRONMENT_NAMES: 'b' });

    expect(wrong).toEqual(['AUTOUPDATE_ENVIRONMENT_NAMES']);
  });

  it('keeps the prefix of a proxy for the pages that people see', () => {
    const CATTLE_URL = 'https://h/rancher/v1/projects/1a5';

    expect(read({ ...GOOD, CATTLE_URL }).settings.pages).toBe('https://h/rancher');
    expect(
      read({ ...GOOD, CATTLE_URL, AUTOUPDATE_RANCHER_UI_URL: 'https://ui.example/x//' }).settings.pages,
    ).toBe('https://ui.example/x');
  });

  it('throws when something is read that has a problem', () => {
    const settings = new CattleSettings();

    expect(() => settings.address).toThrow('CATTLE_URL must begin');
    expect(() => Object.assign(settings, { AUTOUPDATE_ENVIRONMENT_NAMES: '(' }).patterns).toThrow(
      'cannot be read',
    );
    expect(() => Object.assign(settings, { CATTLE_CA_FILE: '/nowhere' }).tls).toThrow('CATTLE_CA_FILE names');
  });
});
