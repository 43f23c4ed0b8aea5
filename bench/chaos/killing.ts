import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../shared/random.js';
import type { UpdaterProcess } from './updater.js';

/** So many of the kills fall into the start-up, the others into the work. */
const SHARE_AT_START = 0.3;
const START_MS = [10, 1200] as const;
const WORK_MS = [200, 7000] as const;

/** A start-up that takes longer than this is a fault of its own. */
const LONGEST_START_MS = 60_000;

/** Kills the service so often, starting it again each time; it runs in the end. Tells of each kill. */
export async function killAgainAndAgain(
  updater: UpdaterProcess,
  kills: number,
  random: Random,
  signal: AbortSignal,
  told: (kill: number) => void,
): Promise<void> {
  await listening(updater, signal);
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(random.between(...WORK_MS), undefined, { signal });
    await updater.kill();
    told(kill);
    while (kill < kills && random.chance(SHARE_AT_START)) {
      updater.start().catch(() => undefined);
      await sleep(random.between(...START_MS), undefined, { signal });
      await updater.kill();
      kill += 1;
      told(kill);
    }
    await listening(updater, signal);
  }
}

/** Starts it and waits until it listens. */
async function listening(updater: UpdaterProcess, signal: AbortSignal): Promise<void> {
  const late = new AbortController();
  const limit = sleep(LONGEST_START_MS, undefined, { signal: AbortSignal.any([signal, late.signal]) });
  const failed = limit.then(() => {
    throw new Error(`the service does not listen after ${LONGEST_START_MS / 1000} s`);
  });
  try {
    await Promise.race([updater.start(), failed]);
  } finally {
    late.abort();
    failed.catch(() => undefined);
  }
}
