import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe(readOptions, () => {
  it('has an answer for everything that is not said', () => {
    expect(readOptions([])).toEqual({
      port: 8081,
      host: '127.0.0.1',
      fleet: 'simulator/fleets/example.yaml',
      speed: 1,
      open: false,
    });
  });

  it.each([
    [['--port', '0'], { port: 0 }],
    [['--port=65535'], { port: 65_535 }],
    [['--speed', '0.5'], { speed: 0.5 }],
    [['--open', '--host', '::1'], { open: true, host: '::1' }],
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
  ])('refuses %s', (arg, message) => {
    expect(() => readOptions([arg])).toThrow(`${message}\nnpm run simulator -- `);
  });
});
