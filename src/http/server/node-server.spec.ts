import { lookup } from 'node:dns/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EchoApp } from '../../../test/fakes/echo-app.js';
import { say } from '../../../test/fakes/say.js';
import { nodeServers } from './node-server.js';

/** As many as fit into 16 KiB. */
const MANY = 'A:\r\n'.repeat(4000);

describe(nodeServers.name, () => {
  let app: EchoApp;

  afterEach(() => app.close());

  async function start(host: string): Promise<void> {
    const variables = {
      AUTOUPDATE_IDENTITY_HEADER: 'X-Forwarded-User',
      AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1,::1',
    };
    app = await EchoApp.start({ host, variables });
  }

  function echo(headers: string, at?: string): Promise<string> {
    return say(app.port, `GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`, at);
  }

  it('lets the name arrive behind any number of headers, at each address that the host has', async () => {
    await start('localhost');

    for (const { address } of await lookup('localhost', { all: true })) {
      expect(await echo(`${MANY}X-Forwarded-User: alice\r\n`, address)).toContain('"name":"alice"');
    }
  });

  it('sees that a name came twice, however much is between the two', async () => {
    await start('127.0.0.1');

    const said = await echo(`X-Forwarded-User: admin\r\n${MANY}X-Forwarded-User: mallory\r\n`);

    expect(said).toContain('"name":null');
    expect(app.counts.dropped).toBe(1);
  });
});
