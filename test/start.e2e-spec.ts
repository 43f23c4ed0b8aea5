import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';
import { Exposition } from './harness/exposition.js';
import { type Ended, Program } from './harness/program.js';

const WORKING = {
  CATTLE_URL: 'http://127.0.0.1:9',
  CATTLE_ACCESS_KEY: 'access-key-of-the-test',
  CATTLE_SECRET_KEY: 'secret-key-of-the-test',
  AUTOUPDATE_DATA_DIR: ':memory:',
  AUTOUPDATE_HTTP_HOST: '127.0.0.1',
  AUTOUPDATE_HTTP_PORT: '0',
};

/** The lines of the log that have a text in them. */
function linesWith(text: string, { output }: Ended): readonly unknown[] {
  const lines = output.split('\n').filter((line) => line.includes(text));
  return lines.map((line): unknown => JSON.parse(line));
}

/** Has Node run this before the program. */
function importing(script: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}

describe('node dist/main.js', () => {
  let program: Program;

  beforeAll(() => {
    program = Program.compile('start');
  });

  afterAll(() => program.remove());

  it('prints everything that is wrong with the settings, once, and ends with status 78', async () => {
    const ended = await program.run({
      ...WORKING,
      CATTLE_URL: '',
      CATTLE_SECRET_KEY_FILE: '/nowhere',
      AUTOUPDATE_HTTP_PORT: 'http',
      AUTOUPDATE_HTTP_HOST: 'not a host',
      AUTOUPDATE_HTTP_PROT: '1',
      AUTOUPDATE_ENVIRONMENT_NAMES: '^a$,(b,[c',
      AUTOUDPATE_ENVIRONMENT_NAMES: '^a$',
      AUTOUPDATE_SLACK_WEBHOOK_URL: 'hooks.example/secret-of-the-hook',
      AUTOUPDATE_LOG_LEVEL: 'loud',
    });

    const [title, ...lines] = ended.errors.trimEnd().split('\n');
    const problems = lines.slice(0, lines.indexOf('Besides:'));
    const besides = lines.slice(problems.length + 1);
    expect(ended).toMatchObject({ status: 78, output: '' });
    expect(title).toBe('The settings are not usable:');
    expect(problems.toSorted()).toEqual([
      '  AUTOUPDATE_ENVIRONMENT_NAMES and AUTOUDPATE_ENVIRONMENT_NAMES are both set: keep one of them',
      expect.stringContaining('  AUTOUPDATE_ENVIRONMENT_NAMES has the pattern (b,'),
      expect.stringContaining('  AUTOUPDATE_ENVIRONMENT_NAMES has the pattern [c,'),
      '  AUTOUPDATE_HTTP_HOST must be an IP address such as 127.0.0.1 or :: (without brackets), or the name of a host',
      '  AUTOUPDATE_HTTP_PORT must be a whole number from 0 to 65535',
      '  AUTOUPDATE_LOG_LEVEL must be one of debug, info, warn, error',
      '  AUTOUPDATE_SLACK_WEBHOOK_URL must be an address that begins with http:// or https://',
      '  CATTLE_SECRET_KEY and CATTLE_SECRET_KEY_FILE are both set: keep one of them',
      '  CATTLE_SECRET_KEY_FILE names a file that cannot be read (ENOENT)',
      '  CATTLE_URL must be set',
    ]);
    expect(besides).toEqual([
      '  AUTOUDPATE_ENVIRONMENT_NAMES is an old name of AUTOUPDATE_ENVIRONMENT_NAMES: use the new one',
      '  AUTOUPDATE_HTTP_PROT is not known and does nothing: did you mean AUTOUPDATE_HTTP_PORT?',
    ]);
    expect(ended.errors).not.toContain('secret-');
  });

  it('reads .env, over which the environment wins where it says something', async () => {
    const file = ['AUTOUPDATE_MAX_PARALLEL=many', 'AUTOUPDATE_TIMEOUT=soon', 'AUTOUPDATE_HTTP_PORT=http'];
    writeFileSync(join(program.folder, '.env'), file.join('\n'));

    const ended = await program.run({ ...WORKING, AUTOUPDATE_TIMEOUT: ' ' });
    rmSync(join(program.folder, '.env'));

    expect(ended.status).toBe(78);
    expect(ended.errors).toContain('AUTOUPDATE_MAX_PARALLEL');
    expect(ended.errors).toContain('AUTOUPDATE_TIMEOUT');
    expect(ended.errors).not.toContain('AUTOUPDATE_HTTP_PORT');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves, though Rancher is away, until %s, and ends well',
    async (signal) => {
      const service = program.start({ ...WORKING, AUTOUPDATE_HTTP_PROT: '1', DEBUG: 'yes' });
      const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

      const started = await service.logLine('started');
      const pong = await ask(`${await service.address()}/ping`);
      const ended = await service.stop(signal);

      expect(started).toMatchObject({
        version,
        address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      });
      expect(pong.text).toBe('Pong!');
      expect(ended).toMatchObject({ status: 0, errors: '' });
      expect(ended.output).toContain('did you mean AUTOUPDATE_HTTP_PORT?');
      expect(ended.output).not.toContain('-key-of-the-test');
      expect(ended.output).not.toContain('not masked');
    },
  );

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])(
    'listens to %s before all else, and until it begins its work ends at once with %i',
    async (signal, status) => {
      const atOnce = `process.on("newListener",(name)=>{if(name==="${signal}")process.kill(process.pid,name)})`;
      const whether = `process.on("exit",()=>console.log("loaded:","getMetadata"in Reflect))`;

      const ended = await program.run({ ...WORKING, NODE_OPTIONS: importing(`${atOnce};${whether}`) });

      expect(ended).toEqual({ status, output: 'loaded: false\n', errors: '' });
    },
  );

  it('ends well on signals that come while its work begins, however many', async () => {
    const signals = `for(const name of ["SIGTERM","SIGINT","SIGTERM"])process.kill(process.pid,name)`;
    const listen = `const{listen}=Server.prototype;Server.prototype.listen=function(...a){${signals};return listen.apply(this,a)}`;

    const NODE_OPTIONS = importing(`import{Server}from"node:net";${listen}`);
    const ended = await program.run({ ...WORKING, NODE_OPTIONS });

    expect(ended).toMatchObject({ status: 0, errors: '' });
    expect(linesWith('"started"', ended)).toHaveLength(1);
  });

  it('has no more room for new objects than at the beginning, though much was loaded', async () => {
    const service = program.start(WORKING);
    await service.logLine('started');

    const { text } = await ask(`${await service.address()}/metrics`);
    await service.stop('SIGTERM');

    const bytes = new Exposition(text).value('nodejs_heap_space_size_total_bytes', { space: 'new' });
    expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it('warns once of a key that is too short to be masked, and blanks no ordinary word', async () => {
    const service = program.start({ ...WORKING, CATTLE_ACCESS_KEY: 'started' });
    await service.logLine('started');

    const { output } = await service.stop('SIGTERM');

    const warnings = output.match(/"level":"warn".*fewer than 8 characters, which is not masked/g);
    expect(warnings).toEqual([expect.stringContaining('"CATTLE_ACCESS_KEY holds a secret')]);
  });

  it.each([
    ['an exception that nobody catches', 'throw new Error(secret)'],
    ['a rejection that nobody handles', 'Promise.reject(new Error(secret))'],
  ])('ends with status 1 after %s, with its stack in the log and no secret', async (_, failure) => {
    const secret = `const secret="lost " + process.env.CATTLE_SECRET_KEY`;
    const bug = `process.on("SIGUSR2",()=>{${secret};${failure}})`;
    const service = program.start({ ...WORKING, NODE_OPTIONS: importing(bug) });
    await service.logLine('started');

    const ended = await service.stop('SIGUSR2');

    expect(ended).toMatchObject({ status: 1, errors: '' });
    expect(ended.output).not.toContain('secret-key-of-the-test');
    expect(await service.logLine('the service ends by a failure that nobody foresaw')).toMatchObject({
      level: 'error',
      error: expect.stringMatching(/^Error: lost \*\*\*\n {4}at /),
    });
  });

  it('says in one line that its port is taken, and ends with status 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;

    const ended = await program.run({ ...WORKING, AUTOUPDATE_HTTP_PORT: String(port) });
    holder.close();

    const why = `listen EADDRINUSE: address already in use 127.0.0.1:${port}`;
    expect(ended).toMatchObject({ status: 1, errors: '' });
    expect(linesWith('EADDRINUSE', ended)).toMatchObject([
      {
        level: 'error',
        message: `the service does not start: AUTOUPDATE_HTTP_PORT cannot be listened on: ${why}`,
      },
    ]);
  });

  it.each([
    ['192.0.2.1', 'listen EADDRNOTAVAIL: address not available 192.0.2.1'],
    ['no-such-host.invalid', 'getaddrinfo E'],
  ])('says in one line that it cannot listen on %s, and ends with status 1', async (host, why) => {
    const ended = await program.run({ ...WORKING, AUTOUPDATE_HTTP_HOST: host, AUTOUPDATE_HTTP_PROT: '1' });

    expect(ended).toMatchObject({ status: 1, errors: '' });
    expect(linesWith(why, ended)).toMatchObject([
      { message: expect.stringContaining(`AUTOUPDATE_HTTP_HOST cannot be listened on: ${why}`) },
    ]);
    expect(ended.output).toContain('did you mean AUTOUPDATE_HTTP_PORT?');
  });

  it.each([
    [undefined, /^http:\/\/\*:\d+$/],
    ['::1', /^http:\/\/\[::1\]:\d+$/],
    ['localhost', /^http:\/\/localhost:\d+$/],
  ])('says where it listens as it is configured: %s', async (host, address) => {
    const { AUTOUPDATE_HTTP_HOST: _, ...rest } = WORKING;
    const service = program.start({ ...rest, ...(host && { AUTOUPDATE_HTTP_HOST: host }) });

    const started = await service.logLine('started');
    await service.stop('SIGTERM');

    expect(started['address']).toMatch(address);
  });

  it('serves without a data directory where there can be none, and says why', async () => {
    const service = program.start({ ...WORKING, AUTOUPDATE_DATA_DIR: '/proc/nope' });

    const ready = await ask(`${await service.address()}/health/ready`);
    const ended = await service.stop('SIGTERM');

    expect(ready).toMatchObject({ status: 503, text: expect.stringContaining("mkdir '/proc/nope'") });
    expect(ended).toMatchObject({ status: 0, errors: '' });
  });
});
