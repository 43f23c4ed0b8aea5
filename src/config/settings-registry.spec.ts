import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Flag, Host, HttpUrl, OneOf, Required, Text, WholeNumber } from './decorators.js';
import { SettingsRegistry, InvalidSettings } from './settings-registry.js';
import type { HoldingSecrets, SelfChecking, SettingsProblem } from './settings.js';
import type { Variables } from './variable.js';

class PumpSettings {
  @WholeNumber(1, 60) readonly AUTOUPDATE_PUMPS: number = 3;
  @Flag() readonly AUTOUPDATE_REVERSE: boolean = false;
  @OneOf(['fast', 'slow']) readonly AUTOUPDATE_SPEED: string = 'slow';
  @Host() readonly AUTOUPDATE_PUMP_HOST: string | undefined = undefined;
  @HttpUrl() readonly AUTOUPDATE_PUMP_URL: string | undefined = undefined;
}

class WellSettings implements SelfChecking {
  static readonly secrets = ['WELL_KEY'];
  static readonly aliases = { AUTOUPDATE_DEPTHS: ['depths'] };
  static readonly deprecated = { AUTOUPDATE_DEPTHS: ['AUTOUDPATE_DEPTHS'], WELL_KEY: ['WELL_SECRET'] };

  @Required() @Text() readonly WELL_KEY: string = '';
  @Text() readonly AUTOUPDATE_DEPTHS: string = '1,2';

  problems(): readonly SettingsProblem[] {
    const bad = this.AUTOUPDATE_DEPTHS.split(',').filter((depth) => !/^\d+$/.test(depth));
    return bad.map((depth) => ({
      variable: 'AUTOUPDATE_DEPTHS',
      message: `has a depth that is none: "${depth}"`,
    }));
  }
}

class SpringSettings implements HoldingSecrets {
  static readonly secrets = ['AUTOUPDATE_SPRINGS'];
  @Text() readonly AUTOUPDATE_SPRINGS: string = '';

  innerSecrets() {
    return { AUTOUPDATE_SPRINGS: this.AUTOUPDATE_SPRINGS.split(' ') };
  }
}

const types = [PumpSettings, WellSettings];
const KEY = { WELL_KEY: 'deep-secret' };

function registryOf(variables: Variables): SettingsRegistry {
  return new SettingsRegistry(variables, types);
}

function problems(variables: Variables): readonly SettingsProblem[] {
  try {
    registryOf(variables).check();
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
}

function file(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret');
  writeFileSync(path, content);
  return path;
}

describe(SettingsRegistry.name, () => {
  it('knows the secrets inside a variable by themselves', () => {
    const read = new SettingsRegistry({ AUTOUPDATE_SPRINGS: 'cold hot' }, [SpringSettings]);

    expect(read.secrets()).toEqual(['cold hot', 'cold', 'hot']);
  });

  it('knows in which variables secrets are of which something is so', () => {
    const variables = {
      AUTOUPDATE_SPRINGS: 'cold hot',
      WELL_KEY_FILE: file('deep-secret'),
      WELL_SECRET: 'hot',
    };
    const read = new SettingsRegistry(variables, [SpringSettings, WellSettings]);

    expect(read.variablesWith((secret) => secret.length < 5)).toEqual(['AUTOUPDATE_SPRINGS', 'WELL_KEY']);
    expect(read.variablesWith((secret) => secret === 'deep-secret')).toEqual(['WELL_KEY']);
  });

  it('leaves the defaults where nothing is set', () => {
    const read = registryOf(KEY).get(PumpSettings);

    expect(read).toBeInstanceOf(PumpSettings);
    expect(read).toEqual(new PumpSettings());
    expect(problems(KEY)).toEqual([]);
  });

  it.each([
    ['AUTOUPDATE_PUMPS', ' 60\n', 60],
    ['AUTOUPDATE_PUMPS', '', 3],
    ['AUTOUPDATE_PUMPS', '  ', 3],
    ['AUTOUPDATE_REVERSE', 'TRUE', true],
    ['AUTOUPDATE_REVERSE', 'Yes', true],
    ['AUTOUPDATE_REVERSE', 'on', true],
    ['AUTOUPDATE_REVERSE', '1', true],
    ['AUTOUPDATE_REVERSE', 'false', false],
    ['AUTOUPDATE_REVERSE', 'No', false],
    ['AUTOUPDATE_REVERSE', 'OFF', false],
    ['AUTOUPDATE_REVERSE', '0', false],
    ['AUTOUPDATE_SPEED', 'FAST', 'fast'],
    ['AUTOUPDATE_PUMP_URL', 'http://localhost:8080/v1', 'http://localhost:8080/v1'],
    ['AUTOUPDATE_PUMP_URL', 'https://pump_house/a?b', 'https://pump_house/a?b'],
    ['AUTOUPDATE_PUMP_URL', 'https://10.0.0.1', 'https://10.0.0.1'],
    ['AUTOUPDATE_PUMP_URL', 'https://[::1]:80/', 'https://[::1]:80/'],
    ['AUTOUPDATE_PUMP_URL', undefined, undefined],
    ...['::', '::1', 'fe80::1%eth0', '127.0.0.1', 'localhost', 'pump_house', 'pump-1.acme.io.'].map(
      (host) => ['AUTOUPDATE_PUMP_HOST', host, host] as const,
    ),
  ])('reads %s=%j as %j', (name, text, value) => {
    const variables = { ...KEY, [name]: text };

    const read = new Map(Object.entries(registryOf(variables).get(PumpSettings)));

    expect(problems(variables)).toEqual([]);
    expect(read.get(name)).toBe(value);
  });

  it.each([
    ['AUTOUPDATE_PUMPS', '0', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', '61', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', '1.5', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', '1e1', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', '-1', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', 'many', 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_PUMPS', '9'.repeat(400), 'must be a whole number from 1 to 60'],
    ['AUTOUPDATE_REVERSE', 'maybe', 'must be one of true, yes, on, 1, false, no, off, 0'],
    ['AUTOUPDATE_REVERSE', 'constructor', 'must be one of true, yes, on, 1, false, no, off, 0'],
    ['AUTOUPDATE_SPEED', 'faster', 'must be one of fast, slow'],
    ['AUTOUPDATE_PUMP_URL', 'localhost:8080', 'must be an address that begins with http:// or https://'],
    ['AUTOUPDATE_PUMP_URL', 'ftp://localhost', 'must be an address that begins with http:// or https://'],
    ['AUTOUPDATE_PUMP_URL', 'http://', 'must be an address that begins with http:// or https://'],
    ['AUTOUPDATE_PUMP_URL', 'http://a b', 'must be an address that begins with http:// or https://'],
    ...[
      'not a host',
      '[::1]',
      ':::',
      'http://pump',
      'pump:8080',
      'pump..house',
      '-pump',
      '.',
      'p'.repeat(64),
    ].map(
      (host) =>
        [
          'AUTOUPDATE_PUMP_HOST',
          host,
          'must be an IP address such as 127.0.0.1 or :: (without brackets), or the name of a host',
        ] as const,
    ),
  ])('refuses %s=%j', (variable, text, message) => {
    expect(problems({ ...KEY, [variable]: text })).toEqual([{ variable, message }]);
  });

  it('reports every problem of every class together', () => {
    const variables = { AUTOUPDATE_PUMPS: 'x', AUTOUPDATE_REVERSE: 'y', AUTOUPDATE_DEPTHS: '1,two' };

    const check = () => registryOf(variables).check();

    expect(check).toThrow(
      [
        'The settings are not usable:',
        '  AUTOUPDATE_PUMPS must be a whole number from 1 to 60',
        '  AUTOUPDATE_REVERSE must be one of true, yes, on, 1, false, no, off, 0',
        '  WELL_KEY must be set',
        '  AUTOUPDATE_DEPTHS has a depth that is none: "two"',
      ].join('\n'),
    );
  });

  it('reports with the problems what else is hardly meant so', () => {
    const variables = { WELL_SECRET: 'deep-secret', AUTOUPDATE_PUMPS: 'x', AUTOUPDATE_PUMP: '7' };

    const check = () => registryOf(variables).check();

    expect(check).toThrow(
      [
        'The settings are not usable:',
        '  AUTOUPDATE_PUMPS must be a whole number from 1 to 60',
        'Besides:',
        '  WELL_SECRET is an old name of WELL_KEY: use the new one',
        '  AUTOUPDATE_PUMP is not known and does nothing: did you mean AUTOUPDATE_PUMPS?',
      ].join('\n'),
    );
  });

  it('gives no settings of a class that no module provides', () => {
    expect(() => new SettingsRegistry({}, []).get(PumpSettings)).toThrow('provideSettings(PumpSettings)');
  });
});

describe('a secret', () => {
  it('comes from a file, without the newline at its end', () => {
    const read = registryOf({ WELL_KEY_FILE: file('from-a-file\r\n') });

    expect(read.get(WellSettings).WELL_KEY).toBe('from-a-file');
    expect(read.secrets()).toEqual(['from-a-file']);
  });

  it('does not come from two places', () => {
    expect(problems({ ...KEY, WELL_KEY_FILE: file('other') })).toEqual([
      { variable: 'WELL_KEY', message: 'and WELL_KEY_FILE are both set: keep one of them' },
    ]);
  });

  it('is missed by the name of the file alone when that cannot be read', () => {
    expect(problems({ WELL_KEY_FILE: '/nowhere/at/all' })).toEqual([
      { variable: 'WELL_KEY_FILE', message: 'names a file that cannot be read (ENOENT)' },
    ]);
  });

  it('is missed when its file is empty', () => {
    expect(problems({ WELL_KEY_FILE: file('\n') })).toEqual([
      { variable: 'WELL_KEY_FILE', message: 'names a file that is empty' },
    ]);
  });

  it('is known under each of its names, used or not', () => {
    const read = registryOf({ ...KEY, WELL_SECRET: 'another-secret' });

    expect(read.get(WellSettings).WELL_KEY).toBe('deep-secret');
    expect(read.secrets()).toEqual(['deep-secret', 'another-secret']);
  });
});

describe('another name', () => {
  it('counts, without a warning', () => {
    const read = registryOf({ ...KEY, depths: '7' });

    expect(read.get(WellSettings).AUTOUPDATE_DEPTHS).toBe('7');
    expect(read.warnings()).toEqual([]);
  });

  it('must not contradict the variable', () => {
    expect(problems({ ...KEY, depths: '7', AUTOUPDATE_DEPTHS: '8' })).toEqual([
      { variable: 'AUTOUPDATE_DEPTHS', message: 'and depths are both set: keep one of them' },
    ]);
    expect(problems({ ...KEY, depths: '7', AUTOUPDATE_DEPTHS: '7' })).toEqual([]);
  });
});

describe('an old name', () => {
  it('counts, with a warning', () => {
    const read = registryOf({ ...KEY, AUTOUDPATE_DEPTHS: '7' });

    expect(read.get(WellSettings).AUTOUPDATE_DEPTHS).toBe('7');
    expect(read.warnings()).toEqual([
      'AUTOUDPATE_DEPTHS is an old name of AUTOUPDATE_DEPTHS: use the new one',
    ]);
  });

  it('must not contradict the variable', () => {
    expect(problems({ ...KEY, AUTOUDPATE_DEPTHS: '7', AUTOUPDATE_DEPTHS: '8' })).toEqual([
      { variable: 'AUTOUPDATE_DEPTHS', message: 'and AUTOUDPATE_DEPTHS are both set: keep one of them' },
    ]);
    expect(problems({ ...KEY, AUTOUDPATE_DEPTHS: '7', AUTOUPDATE_DEPTHS: '7' })).toEqual([]);
  });
});

describe('an unknown name', () => {
  it.each([
    ['AUTOUPDATE_PUMP', 'AUTOUPDATE_PUMPS'],
    ['AUTOUPDATE_SPPED', 'AUTOUPDATE_SPEED'],
    ['AUTOUPDATE_PUMPURL', 'AUTOUPDATE_PUMP_URL'],
  ])('draws a warning that names the nearest known one: %s', (name, known) => {
    expect(registryOf({ ...KEY, [name]: 'x' }).warnings()).toEqual([
      `${name} is not known and does nothing: did you mean ${known}?`,
    ]);
  });

  it('is nobody’s business when it is empty or not ours', () => {
    expect(registryOf({ ...KEY, AUTOUPDATE_NOTHING: '', PATH: '/bin' }).warnings()).toEqual([]);
  });
});
