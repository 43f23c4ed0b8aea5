import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Authority } from '../../../test/fakes/authority.js';
import { ConnectProxy } from '../../../test/fakes/connect-proxy.js';
import { until } from '../../../test/fakes/event-server.js';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { notifyHttp } from '../../../test/fakes/notify-http.js';
import { Receiver } from '../../../test/fakes/receiver.js';
import { TlsFront } from '../../../test/fakes/tls-front.js';
import { UpdaterError } from '../../common/errors.js';
import { NotifyRoute } from './notify.route.js';
import type { ProxySettings } from './proxy.settings.js';

const HTTPS = 'https://hooks.acme.io/services/hush_path';
const HTTP = 'http://hooks.acme.io/services/hush_path';
const LOGIN = 'updater:p%40ss-word';
const BASIC = `Basic ${Buffer.from('updater:p@ss-word').toString('base64')}`;

describe(NotifyRoute, () => {
  let receiver: Receiver;
  let front: TlsFront;
  let toTls: ConnectProxy;
  let toPlain: ConnectProxy;
  let clock: HandClock;
  let port: number;

  beforeEach(async () => {
    receiver = new Receiver();
    clock = new HandClock();
    port = portOf(await receiver.start());
    const authority = await Authority.make();
    front = await TlsFront.start(port, { identity: await authority.issue({ names: ['hooks.acme.io'] }) });
    toTls = await ConnectProxy.start(portOf(front.url));
    toPlain = await ConnectProxy.start(port);
  });

  afterEach(() => Promise.all([toTls.stop(), toPlain.stop(), front.stop(), receiver.stop()]));

  /** What came of posting: the answer, or the failure. */
  function post(url: string, proxies: Partial<ProxySettings>): Promise<string | UpdaterError> {
    return notifyHttp(clock, proxies)
      .post({ to: 'Slack', url, json: '{"a":1}' })
      .catch((error: unknown) => {
        if (error instanceof UpdaterError) return error;
        throw error;
      });
  }

  it('sends through HTTP_PROXY what is sent by http, with the proxy’s credentials', async () => {
    expect(await post(HTTP, both(toPlain))).toBe('Slack answered 200');
    expect(toPlain.passed).toMatchObject([
      { method: 'POST', target: HTTP, headers: { 'proxy-authorization': BASIC } },
    ]);
    expect(receiver.received).toMatchObject([{ body: '{"a":1}' }]);
  });

  it('makes a tunnel through HTTPS_PROXY, which learns the host and nothing else', async () => {
    await post(HTTPS, both(toTls));

    expect(toTls.passed).toMatchObject([
      { method: 'CONNECT', target: 'hooks.acme.io:443', headers: { 'proxy-authorization': BASIC } },
    ]);
    expect(inspect(toTls.passed)).not.toContain('hush_path');
  });

  it('checks the certificate of the receiver behind the tunnel', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

    const failure = await post(HTTPS, both(toTls)).finally(
      () => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'],
    );

    expect(failure).toMatchObject({
      message: expect.stringContaining('(UNABLE_TO_VERIFY_LEAF_SIGNATURE)'),
      details: {},
    });
    expect(receiver.received).toEqual([]);
    expect(Buffer.concat(front.heard).toString()).toBe('');
  });

  it.each([403, 407, 503])('takes a %i of the proxy for no answer of the receiver', async (status) => {
    toTls.status = status;

    const failure = await post(HTTPS, both(toTls));

    expect(failure).toMatchObject({
      message: `Slack could not be reached through the proxy, or its answer not be read (PROXY_${status})`,
      details: {},
    });
  });

  it('tries again later where the proxy wants other credentials', async () => {
    toPlain.status = 407;

    expect(await post(HTTP, both(toPlain))).toMatchObject({
      message: 'the proxy before Slack answered 407',
      details: {},
    });
  });

  it('says so when the proxy cannot be reached', async () => {
    const proxies = both(toTls);
    await toTls.stop();
    toTls = await ConnectProxy.start(1);

    expect(await post(HTTPS, proxies)).toMatchObject({
      message: expect.stringContaining('through the proxy, or its answer not be read (ECONNREFUSED)'),
    });
  });

  it.each([HTTP, HTTPS])('hangs up on a proxy that does not answer in ten seconds: %s', async (url) => {
    toTls.isHanging = true;
    const failing = post(url, both(toTls));
    await until(() => toTls.passed.length === 1);

    await clock.advance(10_000);

    expect(await failing).toMatchObject({ message: 'Slack did not answer within 10 s' });
    await until(() => toTls.open === 0);
  });

  it('goes straight where NO_PROXY says so, and to this machine', async () => {
    expect(await post(`http://127.0.0.1:${port}/`, both(toPlain))).toBe('Slack answered 200');
    await post('http://hooks.invalid/', { ...both(toPlain), NO_PROXY: 'hooks.invalid' });

    expect(toPlain.passed).toEqual([]);
  });

  it('shows neither credentials nor address in a failure', async () => {
    toTls.status = 407;
    const failures = [await post(HTTPS, both(toTls)), await post(HTTP, both(toTls))];

    expect(inspect(failures, { depth: null })).not.toMatch(/p@ss|p%40ss|hush_path|Basic/);
  });
});

function both(proxy: ConnectProxy): Partial<ProxySettings> {
  const address = `http://${LOGIN}@127.0.0.1:${proxy.port}`;
  return { HTTPS_PROXY: address, HTTP_PROXY: address };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
