import { describe, expect, it } from '@jest/globals';
import { createLog, Log, type LogOptions } from './log.js';

function logTo(lines: string[], options: Partial<LogOptions> = {}): Log {
  const destination = { write: (line: string) => lines.push(line) };
  return createLog({ level: 'debug', format: 'json', secrets: [], destination, ...options });
}

describe(Log.name, () => {
  it('writes a line of JSON with time, level, message and fields', () => {
    const lines: string[] = [];

    logTo(lines).with({ upgrade: 'u1' }).warn('it rains', { mm: 7 });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(lines.join(''))).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      upgrade: 'u1',
      mm: 7,
      message: 'it rains',
    });
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('says at level %s %i of the four', (level, count) => {
    const lines: string[] = [];
    const log = logTo(lines, { level });

    log.debug('d');
    log.info('i');
    log.warn('w');
    log.error('e');

    expect(lines).toHaveLength(count);
  });

  it('writes text for people', () => {
    const lines: string[] = [];

    logTo(lines, { format: 'text' }).info('started', { port: 8080, tags: ['a'], name: 'web 1' });

    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d info {2}started port=8080 tags=\["a"\] name="web 1"\n$/),
    ]);
  });

  it.each(['json', 'text'] as const)('never writes a secret, as %s, however it is spelled', (format) => {
    const lines: string[] = [];
    const secrets = ['pa"ss\\word', 'k€y/+1234', 'k€y/+1234-and-longer'];
    const log = logTo(lines, { format, secrets });

    for (const secret of secrets) {
      log.info(`the key ${secret} is used`, { secret, list: [{ secret }], [secret]: 1 });
      log.with({ secret }).error(encodeURIComponent(secret));
    }

    const text = lines.join('');
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(text).not.toContain(encodeURIComponent(secret));
    }
    expect(text).toContain('the key *** is used');
    expect(text).not.toContain('and-longer');
  });
});
