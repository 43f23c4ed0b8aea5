import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { compileAll } from './harness/compiled.js';

/** What is asked for where a version fails. */
const ON_FAILURE = 'leave';

/** Each run takes about a minute; the machine may be busy. */
const RUN_MS = 180_000;

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

describe('node build/bench/chaos/main.js', () => {
  const home = resolve('build', `chaos-${process.pid}`);
  const runs: ChildProcess[] = [];

  beforeAll(() => compileAll(home));

  afterEach(() => {
    for (const run of runs.splice(0)) run.kill();
  });

  afterAll(() => rmSync(home, { recursive: true }));

  async function chaos(...args: readonly string[]): Promise<Ended> {
    const run = spawn(process.execPath, [join(home, 'build/bench/chaos/main.js'), ...args], {
      stdio: 'pipe',
    });
    runs.push(run);
    let output = '';
    run.stdout.on('data', (chunk) => (output += String(chunk)));
    run.stderr.on('data', (chunk) => (output += String(chunk)));
    const [status] = (await once(run, 'close')) as readonly (number | null)[];
    return { status: status ?? null, output };
  }

  it(
    'finds nothing wrong after five kills, and finds what is wrong where upgrades or notices are lost',
    async () => {
      const small = ['--on-failure', ON_FAILURE, '--kills'];
      const [whole, forgetful, silent] = await Promise.all([
        chaos(...small, '5', '--services', '40', '--upgrades', '6'),
        chaos(...small, '3', '--services', '16', '--upgrades', '4', '--break', 'resume'),
        chaos(...small, '2', '--services', '8', '--upgrades', '2', '--break', 'notices'),
      ]);

      expect(whole).toEqual({ status: 0, output: expect.stringContaining(' 0 violations (seed ') });
      expect(whole.output).toMatch(/by us: [1-9]\d* starts, [1-9]\d* finishes/);
      expect(whole.output).toMatch(/notices: [1-9]\d* to desk .*, [1-9]\d* to pager /);
      expect(forgetful).toEqual({
        status: 0,
        output: expect.stringContaining('what --break resume has broken was noticed'),
      });
      expect(forgetful.output).toContain('accepted, and nobody knows it any more');
      expect(silent).toEqual({
        status: 0,
        output: expect.stringContaining('what --break notices has broken was noticed'),
      });
      expect(silent.output).toContain('channel desk: never told: ');
      expect(silent.output).toContain('channel pager: never told: ');
    },
    RUN_MS,
  );

  it('says what is wrong with its options', async () => {
    expect(await chaos('--kills', 'many')).toEqual({
      status: 2,
      output: expect.stringContaining('--kills must be a whole number from 1'),
    });
  });
});
