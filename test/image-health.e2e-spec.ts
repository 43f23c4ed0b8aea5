import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program } from './harness/program.js';

const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

/** The command of HEALTHCHECK as it stands in the Dockerfile, word by word. */
function healthCheck(): readonly string[] {
  const [, words] = /^HEALTHCHECK [^]*?\bCMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
  return JSON.parse(String(words)) as string[];
}

/** The status with which the command ends that Docker would run beside the service. */
function checked(variables: Readonly<Record<string, string>>): Promise<number> {
  const [node, ...args] = healthCheck();
  const env = { PATH: process.env['PATH'], ...variables };
  return new Promise((done) => {
    const child = execFile(String(node), args, { env }, () => done(child.exitCode ?? -1));
  });
}

describe('the health check of the image', () => {
  let program: Program;

  beforeAll(() => {
    program = Program.compile('image-health');
  });

  afterAll(() => program.remove());

  it.each(['', '127.0.0.1', '0.0.0.0', 'localhost', ...(hasIPv6 ? ['::', '::1'] : [])])(
    'finds the service that listens on %j, and misses it when it is gone',
    async (host) => {
      const service = program.start({
        CATTLE_URL: 'http://127.0.0.1:9',
        CATTLE_ACCESS_KEY: 'access',
        CATTLE_SECRET_KEY: 'secret',
        AUTOUPDATE_DATA_DIR: ':memory:',
        AUTOUPDATE_HTTP_HOST: host,
        AUTOUPDATE_HTTP_PORT: '0',
      });
      const { port } = new URL(await service.address());
      const there = { AUTOUPDATE_HTTP_HOST: host, AUTOUPDATE_HTTP_PORT: port };

      const before = await checked(there);
      await service.stop('SIGTERM');
      const after = await checked(there);

      expect([before, after]).toEqual([0, 1]);
    },
  );
});
