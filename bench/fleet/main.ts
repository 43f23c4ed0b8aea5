import { mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { assertBuilt, runMain, SCRIPTS, workFolder } from '../shared/run-main.js';
import { type Course, runCourse } from './course.js';
import { type Options, readOptions, USAGE } from './options.js';
import { type Planning, runPlanning } from './planning.js';
import { fleetTable, judgementLines, pushTable } from './table.js';
import { judge } from './targets.js';

/** Above it, what else runs here is part of what is measured. */
const QUIET_LOAD = 0.5;

await runMain(main);

/** Answers 0 where every target that was run is reached, else 1. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  assertBuilt([SCRIPTS.simulator, ...(options.updater === null ? [SCRIPTS.updater] : [])], 'npm run bench');
  const [load = 0] = loadavg();
  if (load > QUIET_LOAD) tell(`this machine is busy (load ${load.toFixed(1)}): what it shows says little`);
  for (const services of options.tooSmall) {
    tell(`${services} services are left out: every push is to more than a quarter of them`);
  }
  const courses: Course[] = [];
  for (const services of options.fleets) {
    courses.push(await inFolder(String(services), (folder) => runCourse(services, options, folder, tell)));
  }
  // Of another updater nobody sees how late its event loop is.
  const isPlanned = options.candidates > 0 && options.updater === null;
  const planning = isPlanned
    ? await inFolder('planning', (folder) => runPlanning(options, folder, tell))
    : null;
  return report(options, load, courses, planning);
}

async function inFolder<T>(name: string, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await workFolder(`bench-${name}`);
  try {
    const measured = await run(folder);
    await rm(folder, { recursive: true });
    return measured;
  } catch (error) {
    tell(`the fleet and the updater's log are in ${folder}`);
    throw error;
  }
}

async function report(
  options: Options,
  load: number,
  courses: readonly Course[],
  planning: Planning | null,
): Promise<number> {
  const judgements = judge(courses, planning);
  const machine = { node: process.version, cpus: cpus().length, memory: totalmem(), load };
  await mkdir(dirname(options.json), { recursive: true });
  const figures = { options, machine, courses, planning, judgements };
  await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  const parts = [fleetTable(courses), '', pushTable(courses), '', ...judgementLines(judgements)];
  process.stdout.write(`${parts.join('\n')}\n`);
  tell(`all figures are in ${options.json}`);
  return judgements.every(({ isReached }) => isReached) ? 0 : 1;
}

/** How far it is; the tables alone go to the standard output. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
