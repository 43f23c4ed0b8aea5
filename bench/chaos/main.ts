import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './judge.js';
import { type Options, readOptions, USAGE } from './options.js';
import { summaryLines, violationLines } from './report.js';
import { run } from './run.js';

/** The repository, three folders above where this is compiled to. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPTS = { updater: join(ROOT, 'dist/main.js'), simulator: join(ROOT, 'build/simulator/main.js') };

/** Violations told with their timelines; of the others only the first line. */
const TOLD_WHOLE = 20;

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  for (const script of Object.values(SCRIPTS)) {
    if (!existsSync(script)) throw new Error(`${script} is missing: use \`npm run chaos\`, which builds it`);
  }
  const began = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
  say(`seed ${options.seed}: ${JSON.stringify(options)}`);
  const folder = await mkdtemp(join(tmpdir(), 'updater-chaos-'));
  const status = await runIn(folder, options, say);
  if (status === 0) await rm(folder, { recursive: true });
  else say(`the data, the fleet and the log are in ${folder}`);
  return status;
}

/** Answers 0 where all is well, or where resume was broken and that was noticed; else 1. */
async function runIn(folder: string, options: Options, say: (line: string) => void): Promise<number> {
  const outcome = await run(options, SCRIPTS, folder, say);
  const violations = judge(outcome.evidence);
  for (const line of summaryLines(outcome)) say(line);
  violations.forEach((violation, index) => {
    const lines = violationLines(violation, outcome);
    for (const line of index < TOLD_WHOLE ? lines : lines.slice(0, 1)) say(line);
  });
  say(`${violations.length} violations (seed ${options.seed})`);
  if (!options.isResumeBroken) return violations.length === 0 ? 0 : 1;
  say(violations.length > 0 ? 'resume was broken, and that was noticed' : 'resume was broken UNNOTICED');
  return violations.length > 0 ? 0 : 1;
}
