import { afterEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../test/fakes/hand-clock.js';
import { createLog } from '../common/log.js';
import type { Check } from './rancher.backend.js';
import { RancherService } from './rancher.service.js';
import { RancherWatcher } from './rancher.watcher.js';

const FINE: readonly Check[] = [{ name: 'rancher', ok: true, message: '' }];
const NOT_FINE: readonly Check[] = [...FINE, { name: 'key', ok: false, message: '' }];

class CheckedRancher extends RancherService {
  checks = 0;

  constructor(private readonly answer: (checks: number) => readonly Check[]) {
    super([]);
  }

  override async check(): Promise<readonly Check[]> {
    this.checks += 1;
    return Promise.resolve(this.answer(this.checks));
  }
}

describe(RancherWatcher, () => {
  const clock = new HandClock();
  let lines: string[] = [];
  let watcher: RancherWatcher | undefined;

  afterEach(() => {
    watcher?.onModuleDestroy();
    lines = [];
  });

  async function watching(answer: (checks: number) => readonly Check[]): Promise<CheckedRancher> {
    const destination = { write: (line: string) => lines.push(line) };
    const rancher = new CheckedRancher(answer);
    watcher = new RancherWatcher(
      rancher,
      clock,
      createLog({ level: 'debug', format: 'json', secrets: [], destination }),
    );
    watcher.onApplicationBootstrap();
    await idle();
    return rancher;
  }

  it('checks once when all is fine', async () => {
    const rancher = await watching(() => FINE);

    await clock.advance(3_600_000);

    expect(rancher.checks).toBe(1);
  });

  it('checks again, with growing pauses, until all is fine', async () => {
    const rancher = await watching((checks) => (checks < 5 ? NOT_FINE : FINE));

    await clock.advance(1000 + 2000 + 4000 + 8000);
    await clock.advance(3_600_000);

    expect(rancher.checks).toBe(5);
  });

  it('pauses a minute at most', async () => {
    const rancher = await watching(() => NOT_FINE);
    await clock.advance(63_000);
    const before = rancher.checks;

    await clock.advance(600_000);

    expect(rancher.checks - before).toBe(10);
  });

  it('stops with the application', async () => {
    const rancher = await watching(() => NOT_FINE);

    watcher?.onModuleDestroy();
    await clock.advance(3_600_000);

    expect(rancher.checks).toBe(1);
  });

  it('lets no mistake of ours end the process', async () => {
    await watching(() => {
      throw new TypeError('oops');
    });

    expect(lines).toEqual([expect.stringMatching(/"error".*oops/)]);
  });
});
