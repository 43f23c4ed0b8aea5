import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { SCRIPTS } from '../shared/run-main.js';
import { until } from '../../tools/until.js';
import type { Options } from './options.js';
import { Rancher } from './rancher.js';
import { Updater } from './updater.js';

/** How long the first pings of all sockets may take. */
const PING_SECONDS = 30;
const LOOK_MS = 200;

/** What the two programs are run on. */
export interface Scene {
  readonly options: Options;
  readonly services: number;
  readonly matchings: readonly number[];
  /** For them alone. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** How it is known that a program has ended by itself. */
export interface Dying {
  readonly died: (error: Error) => void;
  /** Aborted where one of the programs has died. */
  readonly signal: AbortSignal;
}

/** Runs a simulated Rancher while the work lasts. Throws where a program ends meanwhile. */
export async function withRancher<T>(
  { options, services, matchings, folder }: Scene,
  work: (rancher: Rancher, dying: Dying) => Promise<T>,
): Promise<T> {
  const failed = new AbortController();
  const { signal } = failed;
  const died = (error: Error): void => failed.abort(error);
  const { eventPeriodMs } = options;
  const script = SCRIPTS.simulator;
  const rancher = await Rancher.start({ script, folder, services, matchings, eventPeriodMs, died });
  try {
    return await work(rancher, { died, signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await rancher.simulator.kill();
  }
}

/** Runs the updater on a Rancher, once it is ready, while the work lasts. */
export async function withUpdater<T>(
  rancher: Rancher,
  { options, folder }: Scene,
  { died, signal }: Dying,
  work: (updater: Updater) => Promise<T>,
): Promise<T> {
  const { parallel, updater: command } = options;
  const log = createWriteStream(join(folder, 'updater.log'));
  const heard = (line: string) => log.write(`${line}\n`);
  const script = SCRIPTS.updater;
  const { url } = rancher.simulator;
  const updater = await Updater.start(
    { script, command, rancher: url, folder, parallel, heard, died },
    signal,
  );
  try {
    return await work(updater);
  } finally {
    await updater.kill();
    log.end();
  }
}

/** Rancher says only after five seconds that it is there: until then an updater cannot count on what it hears. */
export function untilAllAreHeard({ simulator }: Rancher, signal: AbortSignal): Promise<void> {
  return until('as many pings were sent as there are sockets', PING_SECONDS, LOOK_MS, signal, async () => {
    const { frames, sockets } = await simulator.traffic();
    return (frames['ping']?.count ?? 0) >= sockets.open;
  });
}
