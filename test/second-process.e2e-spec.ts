import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';
import { Program, type ProgramRun } from './harness/program.js';

const WORKING = {
  CATTLE_URL: 'http://127.0.0.1:9',
  CATTLE_ACCESS_KEY: 'access-key-of-the-test',
  CATTLE_SECRET_KEY: 'secret-key-of-the-test',
  AUTOUPDATE_DATA_DIR: 'data',
  AUTOUPDATE_HTTP_HOST: '127.0.0.1',
  AUTOUPDATE_HTTP_PORT: '0',
};

/** Makes a second a minute for what measures time. */
const FAST = 'const real = performance.now.bind(performance); performance.now = () => real() * 60;';

describe('a second process on the same data directory', () => {
  let program: Program;
  let first: ProgramRun;
  let second: ProgramRun;
  let id: string;

  beforeAll(() => {
    program = Program.compile('second');
  });

  afterAll(() => program.remove());

  afterEach(async () => {
    await first.stop('SIGKILL');
    await second.stop('SIGKILL');
  });

  async function startBoth(more = {}): Promise<void> {
    first = program.start(WORKING);
    ({ id } = JSON.parse((await post(await first.address())).text) as { id: string });
    second = program.start({ ...WORKING, ...more });
    await second.address();
  }

  it('serves and takes nothing, and takes over when the first is killed', async () => {
    await startBoth();
    expect(second.log.filter(isAboutStore)).toMatchObject([
      {
        level: 'warn',
        message: expect.stringMatching(/holds its directory, .*; waiting for it, up to 60 s$/),
      },
    ]);
    const address = await second.address();
    const holder = /process \d+ on .+ since .+ holds its directory/;

    const refused = await post(address);
    expect(refused).toMatchObject({ status: 503, json: { code: 'store.unavailable' } });
    expect(refused.text).toMatch(holder);
    expect(refused.text).toContain(hostname());
    expect((await ask(`${address}/health/live`)).status).toBe(200);
    const ready = await ask(`${address}/health/ready`);
    expect(ready.status).toBe(503);
    expect(ready.text).toMatch(holder);

    await first.stop('SIGKILL');
    await second.logLine('store opened');

    expect((await ask(`${address}/upgrades/${id}`)).status).toBe(200);
    expect((await post(address)).status).toBeLessThan(300);
    const note = await readFile(join(program.folder, 'data/updater.lock.txt'), 'utf8');
    expect(note).toMatch(/^process \d+ on /);
  });

  it('ends after a minute as a failure, and says which process has it', async () => {
    await startBoth({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(FAST)}` });

    const { status, output } = await second.ended;

    expect(status).toBe(1);
    expect(output).toMatch(/the service ends: .*updater\.db cannot be used: process \d+ on .+ holds/);
    expect(output).toContain('"message":"stopping"');
    expect((await ask(`${await first.address()}/ping`)).status).toBe(200);
  });
});

/** What people are disturbed with for want of the store. */
function isAboutStore({ level, message, reason }: Readonly<Record<string, unknown>>): boolean {
  return (
    ['warn', 'error'].includes(String(level)) && /the store/.test(`${String(message)} ${String(reason)}`)
  );
}

async function post(address: string) {
  return ask(`${address}/upgrade`, {
    method: 'POST',
    body: JSON.stringify({ docker_image: 'acme/web:2.0.0' }),
  });
}
