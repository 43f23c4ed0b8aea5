import { describe, expect, it } from '@jest/globals';

import { readOptions } from './options.js';
import { DEFAULT_SETTINGS } from './settings.js';

describe(readOptions, () => {
  it('has an answer for everything that is not said', () => {
    expect(readOptions([])).toEqual({
      port: 8081,
      host: '127.0.0.1',
      fleet: 'simulator/fleets/example.yaml',
      speed: 1,
      open: false,
      settings: {},
    });
  });

  it.each([
    [['--port', '0'], { port: 0 }],
    [['--port=65535'], { port: 65_535 }],
    [['--speed', '0.5'], { speed: 0.5 }],
    [['--open', '--host', '::1'], { open: true, host: '::1' }],
    [
      ['--setting', 'startMs=2.5', '--setting=eventPeriodMs=200', '--setting', 'ui=false'],
      { settings: { startMs: 2.5, eventPeriodMs: 200, ui: false } },
    ],
    [
      ['--setting', 'version=v1.6.2', '--setting', 'registryDefault=r:5000', '--setting', 'gzipLevel=0'],
      { settings: { version: 'v1.6.2', registryDefault: 'r:5000', gzipLevel: 0 } },
    ],
    [['--setting', 'registryWhitelist=a.io,b.io'], { settings: { registryWhitelist: ['a.io', 'b.io'] } }],
  ])('reads %j', (args, options) => {
    expect(readOptions(args)).toMatchObject(options);
  });

  it('wants nothing but help where that is asked for', () => {
    expect(readOptions(['--help', '--port', 'x'])).toBeNull();
  });

  it.each([
    ...['1.5', '-1', '65536', '1e3', 'http', '', ' '].map((text) => [
      `--port=${text}`,
      '--port must be a whole number from 0 to 65535; 0 takes any free port',
    ]),
    ...['0', '-1', 'fast', 'Infinity', '', ' '].map((text) => [
      `--speed=${text}`,
      '--speed must be a number above 0',
    ]),
    ...['startMs', 'speedMs=1', '=1', 'toString=1'].map((text) => [
      `--setting=${text}`,
      `--setting must be name=value; names are ${Object.keys(DEFAULT_SETTINGS).join(', ')}`,
    ]),
    ...['-1', 'fast', '', ' ', 'Infinity'].map((text) => [
      `--setting=startMs=${text}`,
      '--setting startMs must be a number from 0',
    ]),
    ['--setting=eventPeriodMs=0', '--setting eventPeriodMs must be a number above 0'],
    ['--setting=gzipLevel=10', '--setting gzipLevel must be a whole number from 0 to 9'],
    ['--setting=gzipLevel=1.5', '--setting gzipLevel must be a whole number from 0 to 9'],
    ['--setting=socketQueue=0.5', '--setting socketQueue must be a whole number from 0'],
    ['--setting=journalLimit=0', '--setting journalLimit must be a whole number above 0'],
    ['--setting=ui=yes', '--setting ui must be true or false'],
    ['--prot=8081', "Unknown option '--prot'"],
  ])('refuses %s', (arg, message) => {
    expect(() => readOptions([arg])).toThrow(`${message}\nnpm run simulator -- `);
  });
});
