import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { ConfigModule, provideSettings } from '../config/config.module.js';
import { Text } from '../config/decorators.js';
import type { Variables } from '../config/variable.js';
import { Clock } from './clock.js';
import { CommonModule } from './common.module.js';
import { Log } from './log.js';

class SafeSettings {
  static readonly secrets = ['SAFE_CODE'];
  @Text() readonly SAFE_CODE: string = '';
}

class House {}

function build(variables: Variables, lines: string[] = [], clock: Clock = new HandClock()) {
  const output = { write: (line: string) => lines.push(line) };
  const imports = [ConfigModule.forRoot(variables), CommonModule.forRoot({ clock, output })];
  const house = { module: House, imports, providers: [provideSettings(SafeSettings)] };
  return NestFactory.createApplicationContext(house, { logger: false });
}

describe(CommonModule.name, () => {
  it('gives everybody the same clock', async () => {
    const clock = new HandClock();

    const house = await build({}, [], clock);

    expect(house.get(Clock)).toBe(clock);
  });

  it.each([
    [{}, 'info'],
    [{ AUTOUPDATE_LOG_LEVEL: 'WARN' }, 'warn'],
    [{ DEBUG: '1' }, 'debug'],
    [{ DEBUG: 'true', AUTOUPDATE_LOG_LEVEL: 'error' }, 'debug'],
    [{ DEBUG: 'app:*' }, 'debug'],
    [{ DEBUG: 'false' }, 'info'],
    [{ DEBUG: '0' }, 'info'],
    [{ DEBUG: '' }, 'info'],
  ])('logs from the level that %j asks for', async (variables, level) => {
    const lines: string[] = [];
    const log = (await build({ AUTOUPDATE_LOG_FORMAT: 'json', ...variables }, lines)).get(Log);

    log.debug('debug');
    log.info('info');
    log.warn('warn');
    log.error('error');

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level });
  });

  it('logs text where that is asked for', async () => {
    const lines: string[] = [];

    (await build({ AUTOUPDATE_LOG_FORMAT: 'text' }, lines)).get(Log).info('hello');

    expect(lines).toEqual([expect.stringMatching(/^[\d:]{8} info {2}hello\n$/)]);
  });

  it('keeps the secrets of every module out of the log', async () => {
    const lines: string[] = [];

    (await build({ SAFE_CODE: 'left-right-left' }, lines)).get(Log).info('turn left-right-left');

    expect(lines.join('')).toContain('turn ***');
    expect(lines.join('')).not.toContain('left');
  });
});
