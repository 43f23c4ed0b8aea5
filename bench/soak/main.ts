import { createWriteStream, type WriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../shared/random.js';
import { assertBuilt, runMain, SCRIPTS, workFolder } from '../shared/run-main.js';
import { SimulatorProcess } from '../shared/simulator.js';
import { fleetOf, Maker } from './fleet.js';
import { judge } from './judging/judge.js';
import { type Options, readOptions, USAGE } from './options.js';
import { Rancher } from './rancher.js';
import { summaryLines } from './judging/report.js';
import { type Outcome, Soak } from './soak.js';
import { SoakTime } from './soak-time.js';
import { Updater } from './updater.js';

/**
 * At sixty times the speed a machine that is late by 10 ms is late by 0.6 s, which is all that a socket may be late whose
 * pings come every 5 s: so they come every second. Sockets end after an hour and a half, not after twelve hours. And nothing is
 * forgotten that is to be judged.
 */
const SETTINGS = ['pingMs=1000', 'socketLifeMs=5400000', 'journalLimit=2000000'];

const TOLD = 40;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  assertBuilt(Object.values(SCRIPTS), 'npm run soak');
  const began = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
  say(`seed ${options.seed}: ${JSON.stringify(options)}`);
  const folder = await workFolder('soak');
  const status = await judged(await runIn(folder, options, say), options, say);
  if (status === 0) await rm(folder, { recursive: true });
  else say(`the data, the fleet and the log are in ${folder}`);
  return status;
}

/** Answers 0 where all is well, or where an event was withheld and that was noticed; else 1. */
async function judged(outcome: Outcome, options: Options, say: (line: string) => void): Promise<number> {
  const violations = judge(outcome.evidence);
  for (const line of summaryLines(outcome)) say(line);
  for (const line of violations.slice(0, TOLD)) say(`! ${line}`);
  say(`${violations.length} violations (seed ${options.seed})`);
  if (!options.isDeaf) return violations.length === 0 ? 0 : 1;
  const isNoticed = (outcome.evidence.checks.at(-1)?.differences.length ?? 0) > 0;
  say(isNoticed ? 'an event was withheld, and that was noticed' : 'an event was withheld UNNOTICED');
  return isNoticed ? 0 : 1;
}

async function runIn(folder: string, options: Options, say: (line: string) => void): Promise<Outcome> {
  const { speed, services, seed } = options;
  const failed = new AbortController();
  const died = (error: Error): void => failed.abort(error);
  const { signal } = failed;
  const random = new Random(seed);
  const maker = new Maker(random.for('maker'));
  const fleet = join(folder, 'fleet.json');
  await writeFile(fleet, JSON.stringify(fleetOf(services, maker)));
  const args = ['--speed', String(speed), ...SETTINGS.flatMap((setting) => ['--setting', setting])];
  const simulator = await SimulatorProcess.start({ script: SCRIPTS.simulator, fleet, folder, args, died });
  const log = new Logs(folder);
  try {
    const { url: rancher } = simulator;
    const { heard, told } = log;
    const time = new SoakTime(speed);
    const updater = await Updater.start({ script: SCRIPTS.updater, folder, rancher, speed, heard, died });
    try {
      const control = new Rancher(simulator, time, signal, told);
      return await new Soak({ rancher: control, updater, time, maker, random, signal }, options, say).run();
    } finally {
      await updater.kill();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await simulator.kill();
    log.end();
  }
}

/** What the service wrote, and what was done to Rancher, each in a file. */
class Logs {
  private readonly updater: WriteStream;
  private readonly rancher: WriteStream;

  constructor(folder: string) {
    this.updater = createWriteStream(join(folder, 'updater.log'));
    this.rancher = createWriteStream(join(folder, 'rancher.log'));
  }

  readonly heard = (line: string): void => void this.updater.write(`${line}\n`);
  readonly told = (line: string): void => void this.rancher.write(`${line}\n`);

  end(): void {
    this.updater.end();
    this.rancher.end();
  }
}

await runMain(main);
