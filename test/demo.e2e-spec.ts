import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';
import { compileAll } from './harness/compiled.js';

/** The story takes about half a minute. */
const STORY_MS = 120_000;

describe('node build/demo/main.js', () => {
  const whole = resolve('build', `demo-${process.pid}`);
  const other = `${whole}-other`;
  const runs: Run[] = [];

  beforeAll(() => {
    compileAll(whole);
    mkdirSync(join(whole, 'demo'));
    copyFileSync('demo/fleet.yaml', join(whole, 'demo/fleet.yaml'));
    cpSync(whole, other, { recursive: true });
    rmSync(join(other, 'dist'), { recursive: true });
  });

  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.process.kill();
      await run.ended;
    }
  });

  afterAll(() => {
    rmSync(whole, { recursive: true });
    rmSync(other, { recursive: true });
  });

  function start(folder: string, ...args: readonly string[]): Run {
    const run = new Run(folder, args);
    runs.push(run);
    return run;
  }

  it(
    'tells its story, stays up to be tried, and leaves nothing behind',
    async () => {
      const demo = start(whole);
      const onceOnly = start(whole, '--once');

      await demo.until('Now you');
      const body = '{"docker_image":"acme/worker:1.9.0","confirm":true}';
      const answer = await ask(`${demo.service}/upgrade`, { method: 'POST', body });
      await demo.until('`acme/worker:1.9.0`: 2 of 2 services upgraded');
      demo.process.kill('SIGINT');

      expect(answer.status).toBe(202);
      for (const run of [demo, onceOnly]) {
        expect(await run.ended).toEqual({ status: 0, errors: '' });
        expect(run.output).toContain('succeeded after');
        expect(run.output).toContain('partly_failed after');
        expect(run.output).toContain('(service.inactive)');
        expect(run.output).toContain(
          '▌ production / shop / api *rolled back* `api:3.4.2` → `api:3.5.0`: still upgrading',
        );
        expect(run.output).not.toContain('Not as it should be');
        await expectNothingLeft(run);
      }
      expect(onceOnly.output).not.toContain('Now you');
    },
    STORY_MS,
  );

  it('is ended in the middle of its story, and leaves nothing behind', async () => {
    const demo = start(whole);

    await demo.until('finishing');
    demo.process.kill('SIGTERM');

    expect(await demo.ended).toEqual({ status: 130, errors: '' });
    await expectNothingLeft(demo);
  });

  it('says how it is used to somebody who misspells an option', async () => {
    const ended = await start(whole, '--onec').ended;

    expect(ended.status).toBe(1);
    expect(ended.errors).toMatch(/^npm run demo [^]*\n\nUnknown option '--onec'/);
  });

  it('says which command is missing where nothing is built', async () => {
    const ended = await start(other).ended;

    expect(ended.status).toBe(1);
    expect(ended.errors).toContain('dist/main.js is missing: run `npm run build` first');
  });

  it('tells the last words of a service that has ended too early, and ends with status 1', async () => {
    mkdirSync(join(other, 'dist'));
    writeFileSync(join(other, 'dist/main.js'), `console.error('out of luck'); process.exitCode = 7;`);

    const ended = await start(other).ended;

    expect(ended).toEqual({
      status: 1,
      errors: 'the service has ended by itself (7): out of luck\n',
    });
  });
});

/** The demo as it runs, and what it has written so far. */
class Run {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly status: number | null; readonly errors: string }>;
  output = '';

  constructor(folder: string, args: readonly string[]) {
    this.process = spawn(process.execPath, [join(folder, 'build/demo/main.js'), ...args], { stdio: 'pipe' });
    let errors = '';
    this.process.stdout.on('data', (chunk) => (this.output += String(chunk)));
    this.process.stderr.on('data', (chunk) => (errors += String(chunk)));
    this.ended = once(this.process, 'close').then(([status]) => ({ status, errors }));
  }

  /** Where the service of this run listens. */
  get service(): string {
    return this.found(/\$ curl (http:\S+)\/upgrade/);
  }

  get rancher(): string {
    return this.found(/CATTLE_URL=(\S+)/);
  }

  get folder(): string {
    return this.found(/AUTOUPDATE_DATA_DIR=(\S+)/);
  }

  /** Resolves as soon as it has written this; fails if it ends before. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.process.exitCode !== null) throw new Error(`it ended before it said "${text}"`);
      await Promise.race([once(this.process.stdout, 'data'), this.ended]);
    }
  }

  private found(pattern: RegExp): string {
    const found = pattern.exec(this.output)?.[1];
    if (found === undefined) throw new Error(`it did not write ${pattern.source}`);
    return found;
  }
}

async function expectNothingLeft(run: Run): Promise<void> {
  await expect(ask(`${run.service}/ping`)).rejects.toThrow('ECONNREFUSED');
  await expect(ask(`${run.rancher}/ping`)).rejects.toThrow('ECONNREFUSED');
  expect(existsSync(run.folder)).toBe(false);
}
