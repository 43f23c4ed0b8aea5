import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Readiness } from '../src/health/readiness.service.js';
import { Authority } from './fakes/authority.js';
import { TlsFront } from './fakes/tls-front.js';
import { World } from './harness/world.js';

describe('a Rancher with a certificate of a private authority', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const bundle = join(folder, 'ca.pem');
  let authority: Authority;
  let world: World;
  let front: TlsFront;

  beforeAll(async () => {
    authority = await Authority.make();
    writeFileSync(bundle, authority.pem);
    world = await World.start({ isServed: false });
  });

  afterEach(async () => {
    await world.stopService();
    await front.stop();
  });

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  async function start(hours: readonly [number, number], variables: Record<string, string>): Promise<void> {
    const identity = await authority.issue({ hours });
    front = await TlsFront.start(Number(new URL(world.rancher.url).port), { identity });
    await world.startService({ CATTLE_URL: front.url, ...variables });
  }

  it('is asked, heard and changed over TLS', async () => {
    await start([-1, 24], { CATTLE_CA_FILE: bundle });
    world.add('web');

    const { status } = await world.upgrade({ docker_image: 'acme/web:2.0.0' });

    const inside = Buffer.concat(front.heard).toString();
    expect(status).toBe('succeeded');
    expect(inside).toMatch(/GET \/v2-beta\/projects\/1a5\/subscribe\?/);
    expect(inside).toContain('?action=upgrade');
  });

  it.each<[string, readonly [number, number], Record<string, string>, string]>([
    ['is not trusted', [-1, 24], {}, 'certificate of an unknown authority'],
    ['has expired', [-2, -1], { CATTLE_CA_FILE: bundle }, 'certificate expired'],
  ])('is not ready, and in words, when the certificate %s', async (_, hours, variables, words) => {
    await start(hours, variables);

    const { status, body } = await world.get<Readiness>('/health/ready');

    expect(status).toBe(503);
    expect(body.checks[0]).toEqual({
      name: 'rancher',
      ok: false,
      message: expect.stringContaining(`Rancher cannot be reached: ${words}`),
    });
    expect(Buffer.concat(front.heard).toString()).toBe('');
  });
});
