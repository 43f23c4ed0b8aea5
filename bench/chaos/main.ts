import { rm } from 'node:fs/promises';
import { assertBuilt, runMain, SCRIPTS, workFolder } from '../shared/run-main.js';
import type { Rule, Violation } from './judging/evidence.js';
import { judge } from './judging/judge.js';
import { judgeNotices } from './judging/notices.js';
import { type Breakable, type Options, readOptions, USAGE } from './options.js';
import { summaryLines, violationLines } from './judging/report.js';
import { run } from './run.js';

/** Violations told with their timelines; of the others only the first line. */
const TOLD_WHOLE = 20;

/** What must be seen where something was broken on purpose; null: anything at all. */
const SEEN_BY: Readonly<Record<Breakable, Rule | null>> = { resume: null, notices: 'untold' };

await runMain(main);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  assertBuilt(Object.values(SCRIPTS), 'npm run chaos');
  const began = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
  say(`seed ${options.seed}: ${JSON.stringify(options)}`);
  const folder = await workFolder('chaos');
  const status = await runIn(folder, options, say);
  if (status === 0) await rm(folder, { recursive: true });
  else say(`the data, the fleet and the log are in ${folder}`);
  return status;
}

/** Answers 0 where all is well, or where something was broken on purpose and that was noticed; else 1. */
async function runIn(folder: string, options: Options, say: (line: string) => void): Promise<number> {
  const outcome = await run(options, SCRIPTS, folder, say);
  const violations = [...judge(outcome.evidence), ...judgeNotices(outcome.notices)];
  for (const line of summaryLines(outcome)) say(line);
  violations.forEach((violation, index) => {
    const lines = violationLines(violation, outcome);
    for (const line of index < TOLD_WHOLE ? lines : lines.slice(0, 1)) say(line);
  });
  say(`${violations.length} violations (seed ${options.seed})`);
  const { broken } = options;
  if (broken === null) return violations.length === 0 ? 0 : 1;
  const isNoticed = isSeen(broken, violations);
  say(`what --break ${broken} has broken ${isNoticed ? 'was noticed' : 'went UNNOTICED'}`);
  return isNoticed ? 0 : 1;
}

function isSeen(broken: Breakable, violations: readonly Violation[]): boolean {
  const by = SEEN_BY[broken];
  return violations.some(({ rule }) => by === null || rule === by);
}
