import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';

const WORKING = {
  CATTLE_URL: 'http://127.0.0.1:9',
  CATTLE_ACCESS_KEY: 'access-key-of-the-test',
  CATTLE_SECRET_KEY: 'secret-key-of-the-test',
  AUTOUPDATE_DATA_DIR: ':memory:',
  AUTOUPDATE_HTTP_HOST: '127.0.0.1',
  AUTOUPDATE_HTTP_PORT: '0',
};

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

describe('node dist/main.js', () => {
  const program = resolve('build', `start-${process.pid}`);
  const folder = mkdtempSync(join(tmpdir(), 'start-'));

  beforeAll(() => {
    mkdirSync(program, { recursive: true });
    copyFileSync('package.json', join(program, 'package.json'));
    const compiler = resolve('node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [
      compiler,
      '-p',
      'tsconfig.build.json',
      '--outDir',
      join(program, 'dist'),
    ]);
  });

  afterAll(() => {
    rmSync(program, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  function start(variables: Readonly<Record<string, string>>): ChildProcessWithoutNullStreams {
    const env = { PATH: process.env['PATH'], ...variables };
    return spawn(process.execPath, [join(program, 'dist/main.js')], { cwd: folder, env, stdio: 'pipe' });
  }

  async function run(variables: Readonly<Record<string, string>>): Promise<Ended> {
    return end(start(variables));
  }

  it('prints everything that is wrong with the settings, once, and ends with status 78', async () => {
    const ended = await run({
      ...WORKING,
      CATTLE_URL: '',
      CATTLE_SECRET_KEY_FILE: '/nowhere',
      AUTOUPDATE_HTTP_PORT: 'http',
      AUTOUPDATE_ENVIRONMENT_NAMES: '^a$,(b',
      AUTOUDPATE_ENVIRONMENT_NAMES: '^a$',
      AUTOUPDATE_SLACK_WEBHOOK_URL: 'hooks.example/secret-of-the-hook',
      AUTOUPDATE_LOG_LEVEL: 'loud',
    });

    const [title, ...problems] = ended.errors.trimEnd().split('\n');
    expect(ended).toMatchObject({ status: 78, output: '' });
    expect(title).toBe('The settings are not usable:');
    expect(problems.toSorted()).toEqual([
      '  AUTOUPDATE_ENVIRONMENT_NAMES and AUTOUDPATE_ENVIRONMENT_NAMES are both set: keep one of them',
      expect.stringContaining('  AUTOUPDATE_ENVIRONMENT_NAMES has the pattern (b,'),
      '  AUTOUPDATE_HTTP_PORT must be a whole number from 0 to 65535',
      '  AUTOUPDATE_LOG_LEVEL must be one of debug, info, warn, error',
      '  AUTOUPDATE_SLACK_WEBHOOK_URL must be an address that begins with http:// or https://',
      '  CATTLE_SECRET_KEY and CATTLE_SECRET_KEY_FILE are both set: keep one of them',
      '  CATTLE_SECRET_KEY_FILE names a file that cannot be read (ENOENT)',
      '  CATTLE_URL must be set',
    ]);
    expect(ended.errors).not.toContain('secret-');
  });

  it('reads .env, over which the environment wins', async () => {
    writeFileSync(join(folder, '.env'), 'AUTOUPDATE_MAX_PARALLEL=many\nAUTOUPDATE_HTTP_PORT=http\n');

    const ended = await run(WORKING);
    rmSync(join(folder, '.env'));

    expect(ended.status).toBe(78);
    expect(ended.errors).toContain('AUTOUPDATE_MAX_PARALLEL');
    expect(ended.errors).not.toContain('AUTOUPDATE_HTTP_PORT');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves, though Rancher is away, until %s, and ends well',
    async (signal) => {
      const service = start({ ...WORKING, AUTOUPDATE_HTTP_PROT: '1', DEBUG: 'yes' });
      const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

      const ended = end(service);
      const started = await logLine(service, 'started');
      const pong = await ask(`${String(started['address'])}/ping`);
      service.kill(signal);

      expect(started).toMatchObject({
        version,
        address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      });
      expect(pong.text).toBe('Pong!');
      expect(await ended).toMatchObject({ status: 0, errors: '' });
      expect((await ended).output).toContain('did you mean AUTOUPDATE_HTTP_PORT?');
      expect((await ended).output).not.toContain('-key-of-the-test');
    },
  );

  it('says in one line that its port is taken, and ends with status 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;

    const ended = await run({ ...WORKING, AUTOUPDATE_HTTP_PORT: String(port) });
    holder.close();

    expect(ended.status).toBe(1);
    expect(ended.errors).toBe(`listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
  });
});

async function end(service: ChildProcessWithoutNullStreams): Promise<Ended> {
  const output: string[] = [];
  const errors: string[] = [];
  service.stdout.on('data', (chunk) => output.push(String(chunk)));
  service.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const [status] = await once(service, 'close');
  return { status, output: output.join(''), errors: errors.join('') };
}

/** The first line of the log with this message. */
async function logLine(
  service: ChildProcessWithoutNullStreams,
  message: string,
): Promise<Record<string, unknown>> {
  let said = '';
  for await (const [chunk] of on(service.stdout, 'data', { close: ['close'] })) {
    said += String(chunk);
    const lines = said.split('\n').slice(0, -1);
    const found = lines.map((line) => JSON.parse(line)).find((line) => line.message === message);
    if (found) return found;
  }
  throw new Error(`the service ended before it said "${message}"`);
}
