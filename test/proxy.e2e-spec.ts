import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from './fakes/ask.js';
import { Authority } from './fakes/authority.js';
import { ConnectProxy } from './fakes/connect-proxy.js';
import { Receiver } from './fakes/receiver.js';
import { TlsFront } from './fakes/tls-front.js';
import { type Ended, Program } from './harness/program.js';

const LOGIN = 'updater:hush%21-4711';
const PASSWORD = 'hush!-4711';
const FORMS = [
  LOGIN,
  'hush%21-4711',
  PASSWORD,
  Buffer.from(`updater:${PASSWORD}`).toString('base64'),
  'hook-0815',
];

/** The real program, with every variable set by which a program or a library can be told of a proxy. */
describe('a proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const receiver = new Receiver();
  let program: Program;
  let front: TlsFront;
  let proxy: ConnectProxy;
  let ended: Ended;
  let tested: unknown;
  let ready: unknown;

  beforeAll(async () => {
    program = Program.compile('proxy');
    const authority = await Authority.make();
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, authority.pem);
    const identity = await authority.issue({ names: ['hooks.acme.io'] });
    front = await TlsFront.start(Number(new URL(await receiver.start()).port), { identity });
    proxy = await ConnectProxy.start(Number(new URL(front.url).port));
    const address = `http://${LOGIN}@127.0.0.1:${proxy.port}`;
    const run = program.start({
      CATTLE_URL: 'https://rancher.invalid:8443',
      CATTLE_ACCESS_KEY: 'access-key-of-the-test',
      CATTLE_SECRET_KEY: 'secret-key-of-the-test',
      AUTOUPDATE_DATA_DIR: ':memory:',
      AUTOUPDATE_HTTP_HOST: '127.0.0.1',
      AUTOUPDATE_HTTP_PORT: '0',
      AUTOUPDATE_LOG_FORMAT: 'json',
      AUTOUPDATE_LOG_LEVEL: 'debug',
      AUTOUPDATE_SLACK_WEBHOOK_URL: 'https://hooks.acme.io/services/hook-0815',
      HTTPS_PROXY: address,
      https_proxy: address,
      http_proxy: address,
      ALL_PROXY: address,
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: bundle,
      DEBUG: '*',
    });
    const url = await run.address();
    tested = (await ask(`${url}/notifications/test`, { method: 'POST' })).json;
    ready = (await ask(`${url}/health/ready`)).json;
    ended = await run.stop('SIGTERM');
  });

  afterAll(async () => {
    await Promise.all([proxy.stop(), front.stop(), receiver.stop()]);
    await program.remove();
    rmSync(folder, { recursive: true });
  });

  it('takes a notice to its channel, in a tunnel', () => {
    expect(tested).toMatchObject({ channels: [{ name: 'slack', ok: true }] });
    expect(receiver.received).toHaveLength(1);
    expect(proxy.passed).toMatchObject([{ method: 'CONNECT', target: 'hooks.acme.io:443' }]);
  });

  it('is never asked for Rancher, which is looked for and not found without it', () => {
    expect(ready).toMatchObject({
      status: 'not_ready',
      checks: [{ name: 'rancher', ok: false }, {}, {}, {}],
    });
    expect(proxy.passed.filter(({ target }) => target.includes('rancher'))).toEqual([]);
  });

  it.each(FORMS)('has its credentials shown nowhere, nor the address of the channel: %s', (form) => {
    expect(ended.status).toBe(0);
    expect(ended.output + ended.errors).not.toContain(form);
    expect(JSON.stringify([tested, ready])).not.toContain(form);
  });
});
