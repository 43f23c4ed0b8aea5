import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Authority, selfSigned, type ServerIdentity } from '../../../test/fakes/authority.js';
import { CattleStub, cattleSettings, cattleTransport } from '../../../test/fakes/cattle-stub.js';
import { until } from '../../../test/fakes/event-server.js';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { type FrontOptions, TlsFront } from '../../../test/fakes/tls-front.js';
import { eventSocket } from './events/event-socket.js';
import { besidesUsual, readAuthorities, tlsWith } from './cattle.tls.js';
import type { CattleTransport } from './api/cattle.transport.js';

const GET = { method: 'GET', path: '/projects', ms: 10_000, maxBytes: 1024 } as const;
const folder = mkdtempSync(join(tmpdir(), 'tls-'));
const stub = new CattleStub();
let authority: Authority;
let other: Authority;
let port: number;

beforeAll(async () => {
  [authority, other] = await Promise.all([Authority.make(), Authority.make()]);
  port = Number(new URL(await stub.start()).port);
});

afterAll(async () => {
  await stub.stop();
  rmSync(folder, { recursive: true });
});

function file(text: string): string {
  const path = join(folder, `${Math.random()}.pem`);
  writeFileSync(path, text);
  return path;
}

function front(identity: ServerIdentity, more: Partial<FrontOptions> = {}): Promise<TlsFront> {
  return TlsFront.start(port, { identity, ...more });
}

function transportTo(url: string, authorities: readonly Authority[]): CattleTransport {
  const bundle = authorities.map(({ pem }) => pem).join('\n');
  const more = authorities.length > 0 ? { CATTLE_CA_FILE: file(bundle) } : {};
  return cattleTransport(cattleSettings(url, more), new HandClock());
}

describe(readAuthorities, () => {
  it('finds every certificate in a bundle, and nothing else', () => {
    const bundle = `# ours\n${authority.pem}\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n${other.pem}`;

    const read = readAuthorities(file(bundle));

    expect(read).toEqual({ ok: true, certificates: [authority.pem.trim(), other.pem.trim()] });
  });

  it.each([
    ['that is not there', () => join(folder, 'nothing'), 'names a file that cannot be read (ENOENT)'],
    ['that is a folder', () => folder, 'names a file that cannot be read (EISDIR)'],
    ['that is empty', () => file(''), 'names a file that has no certificate in it: it must be PEM'],
    [
      'that is no PEM',
      () => file('\u0030\u0082\u0001'),
      'names a file that has no certificate in it: it must be PEM',
    ],
    [
      'whose second certificate is broken',
      () => file(`${authority.pem}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`),
      'names a file whose certificate 2 cannot be read',
    ],
  ])('has no use for a file %s', (_, path, problem) => {
    expect(readAuthorities(path())).toEqual({ ok: false, problem });
  });
});

describe('TLS with Rancher', () => {
  /** What both ways to Rancher say of a server. */
  async function wordsOf(server: TlsFront, authorities: readonly Authority[]): Promise<readonly unknown[]> {
    const transport = transportTo(server.url, authorities);
    const reply = await transport.send(GET);
    transport.onApplicationShutdown();
    const tls = tlsWith(authorities.map(({ pem }) => pem));
    let why: unknown;
    const handshake = { url: server.url.replace('http', 'ws'), headers: {}, tls };
    eventSocket(handshake, new HandClock()).subscribe({ error: (error) => (why = error.why) });
    await until(() => why !== undefined);
    return [reply.answered ? 'answered' : reply, why];
  }

  it.each([GET, { ...GET, method: 'POST' } as const])(
    'trusts an authority of CATTLE_CA_FILE, one of several, for a $method',
    async (request) => {
      const server = await front(await authority.issue());
      const transport = transportTo(server.url, [other, authority]);

      const reply = await transport.send(request);

      transport.onApplicationShutdown();
      await server.stop();
      expect(reply).toMatchObject({ answered: true, status: 200 });
    },
  );

  it('goes on trusting the authorities that Node trusts', () => {
    const trusted = besidesUsual([authority.pem]);

    expect(rootCertificates.length).toBeGreaterThan(50);
    expect(trusted).toEqual(expect.arrayContaining([...rootCertificates, authority.pem]));
  });

  it.each<[string, () => Promise<ServerIdentity>, string]>([
    ['an authority that nobody named', () => other.issue(), 'certificate of an unknown authority'],
    ['no authority', selfSigned, 'self-signed certificate'],
    ['the past', () => authority.issue({ hours: [-3, -1] }), 'certificate expired'],
    ['the future', () => authority.issue({ hours: [1, 3] }), 'certificate not yet valid'],
    [
      'another host',
      () => authority.issue({ names: ['rancher.example'] }),
      'host name does not match the certificate',
    ],
  ])('says in words that a certificate is of %s, having sent nothing', async (_, issue, words) => {
    const server = await front(await issue());

    const [silence, why] = await wordsOf(server, [authority]);

    await server.stop();
    expect(silence).toMatchObject({ answered: false, sent: false, reason: expect.stringContaining(words) });
    expect(why).toContain(words);
    expect(Buffer.concat(server.heard).toString()).toBe('');
  });

  it('trusts no private authority without CATTLE_CA_FILE', async () => {
    const server = await front(await authority.issue());

    const [silence] = await wordsOf(server, []);

    await server.stop();
    expect(silence).toMatchObject({ reason: expect.stringContaining('unknown authority'), sent: false });
  });

  it('checks certificates whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const server = await front(await selfSigned());
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';

    const said = await wordsOf(server, []).finally(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);

    await server.stop();
    expect(said).toEqual([
      expect.objectContaining({ answered: false }),
      expect.stringContaining('self-signed certificate'),
    ]);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (maxVersion) => {
    const server = await front(await authority.issue(), { maxVersion });

    const said = await wordsOf(server, [authority]);

    await server.stop();
    expect(said).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('no version of TLS in common') }),
      expect.stringContaining('no version of TLS in common'),
    ]);
  });

  it('speaks TLS 1.2', async () => {
    const server = await front(await authority.issue(), { maxVersion: 'TLSv1.2' });
    const transport = transportTo(server.url, [authority]);

    const reply = await transport.send(GET);

    transport.onApplicationShutdown();
    await server.stop();
    expect(reply).toMatchObject({ answered: true });
  });

  it('says so where something that is not TLS answers', async () => {
    const transport = transportTo(`https://127.0.0.1:${port}`, []);

    expect(await transport.send(GET)).toMatchObject({
      reason: expect.stringContaining('something that is not TLS answers'),
    });
  });
});
