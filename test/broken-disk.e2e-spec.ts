import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { ask } from './fakes/ask.js';
import { Program, type ProgramRun } from './harness/program.js';

const WORKING = {
  CATTLE_URL: 'http://127.0.0.1:9',
  CATTLE_ACCESS_KEY: 'access-key-of-the-test',
  CATTLE_SECRET_KEY: 'secret-key-of-the-test',
  AUTOUPDATE_HTTP_HOST: '127.0.0.1',
  AUTOUPDATE_HTTP_PORT: '0',
};

const isRoot = process.getuid?.() === 0;
/** A small disk, and one that is read-only for root, take a mount; not every machine allows that. */
const canMount = isRoot && mounts();

describe('a disk that does not work', () => {
  let program: Program;
  let folder: string;
  let file: string;
  let run: ProgramRun | null;
  let address: string;

  beforeAll(() => {
    program = Program.compile('disk');
  });

  afterAll(() => program.remove());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'disk-'));
    file = join(folder, 'updater.db');
    run = null;
  });

  afterEach(async () => {
    await run?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(fileLimit?: number): Promise<void> {
    run = program.start({ ...WORKING, AUTOUPDATE_DATA_DIR: folder }, fileLimit);
    address = await run.address();
  }

  async function stop(): Promise<void> {
    await run?.stop('SIGTERM');
  }

  let posted = 0;

  async function post(tagLength = 20) {
    posted += 1;
    const tag = String(posted).padStart(tagLength, '0');
    return ask(`${address}/upgrade`, {
      method: 'POST',
      body: JSON.stringify({ docker_image: `acme/web:${tag}` }),
    });
  }

  async function accepted(): Promise<string> {
    const { status, json } = await post();
    expect(status).toBe(202);
    return (json as { id: string }).id;
  }

  async function storeCheck(): Promise<{ ok: boolean; message: string } | undefined> {
    const { json } = await ask(`${address}/health/ready`);
    return (json as { checks: { name: string; ok: boolean; message: string }[] }).checks.find(
      ({ name }) => name === 'store',
    );
  }

  /** What callers and probes are told now; all of it at once, since what does not work is tried again a second later. */
  async function told() {
    const [{ status, json }, live, store] = await Promise.all([
      post(),
      ask(`${address}/health/live`),
      storeCheck(),
    ]);
    return { status, json, store, live: live.status };
  }

  /** Looked at again and again: it tries once a second at most. */
  async function isReadyAgain(): Promise<void> {
    while (!(await storeCheck())?.ok) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  async function forgotten(ids: readonly string[]): Promise<readonly string[]> {
    const answers = await Promise.all(ids.map((id) => ask(`${address}/upgrades/${id}`)));
    return ids.filter((_id, index) => answers[index]?.status !== 200);
  }

  (canMount ? describe : describe.skip)('of its own, and small', () => {
    it('full: refuses, forgets nothing, and goes on when there is room', async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
      try {
        await start();
        const ids = [await accepted(), await accepted()];
        const filler = join(folder, 'filler');
        fill(filler);
        let answer = await post();
        while (answer.status === 202) {
          ids.push((answer.json as { id: string }).id);
          answer = await post();
        }

        expect(await told()).toEqual(refusal('the disk is full'));
        expect(await forgotten(ids)).toEqual([]);
        rmSync(filler);

        await isReadyAgain();
        ids.push(await accepted());
        expect(await forgotten(ids)).toEqual([]);
      } finally {
        await run?.stop('SIGKILL');
        execFileSync('umount', [folder]);
      }
    });
  });

  it('that takes no more into the file: refuses, forgets nothing, and goes on with more room', async () => {
    await start(600);
    const ids: string[] = [];
    let answer = await post();
    while (answer.status === 202) {
      ids.push((answer.json as { id: string }).id);
      answer = await post();
    }

    expect(answer.status).toBe(503);
    expect(await told()).toEqual(refusal('the disk reports an error'));
    await run?.stop('SIGKILL');
    await start();
    expect(await forgotten(ids)).toEqual([]);
    await accepted();
  });

  (canMount || !isRoot ? describe : describe.skip)('of its own', () => {
    it('read-only: refuses, and goes on when it can be written', async () => {
      setWritable(folder, false);
      try {
        await start();

        expect(await told()).toEqual(refusal(isRoot ? 'on a read-only file system' : 'may not be written'));
        setWritable(folder, true);

        await isReadyAgain();
        expect(await forgotten([await accepted()])).toEqual([]);
      } finally {
        await run?.stop('SIGKILL');
        if (isRoot) execFileSync('umount', [folder]);
      }
    });
  });

  it('with nonsense in the file: refuses, and goes on when the file is put right', async () => {
    await start();
    const id = await accepted();
    await stop();
    const good = readFileSync(file);
    writeFileSync(file, 'nonsense '.repeat(1000));
    await start();

    expect(await told()).toEqual(refusal('it is not a database'));
    expect(run?.log.filter(({ level }) => level === 'error')).toMatchObject([
      { message: expect.stringContaining('it is not a database') },
    ]);
    writeFileSync(file, good);

    await isReadyAgain();
    expect(await forgotten([id, await accepted()])).toEqual([]);
  });

  it('with a file of a newer version: refuses, and leaves the file as it is', async () => {
    await start();
    const id = await accepted();
    await stop();
    const before = setFormat(99);
    await start();

    expect(await told()).toEqual(
      refusal('a newer version of this program has written it (format 99, this one knows up to '),
    );
    setFormat(before);

    await isReadyAgain();
    expect(await forgotten([id, await accepted()])).toEqual([]);
  });

  /** Answers the one that it had. */
  function setFormat(format: number): number {
    const database = new Libsql(file);
    const { user_version: before } = database.prepare('pragma user_version').get() as {
      user_version: number;
    };
    database.exec(`pragma user_version = ${format}`);
    database.close();
    return before;
  }
});

/** Nothing is accepted, and whoever asks is told why. */
function refusal(why: string) {
  const message = expect.stringContaining(why);
  return {
    status: 503,
    json: { code: 'store.unavailable', message },
    store: { name: 'store', ok: false, message },
    live: 200,
  };
}

function mounts(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  if (status === 0) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return status === 0;
}

/** Leaves no room on the disk. */
function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' });
  } catch {
    // Full.
  }
}

/** Root may write whatever the permissions say, so for root it takes a file system. */
function setWritable(folder: string, isWritable: boolean): void {
  mkdirSync(folder, { recursive: true });
  if (!isRoot) return chmodSync(folder, isWritable ? 0o755 : 0o555);
  const options = isWritable ? 'remount,rw' : 'ro';
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
}
