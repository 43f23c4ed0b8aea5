// Throws generated input at the service, as often as it is told, and ends with 0 if it stood that:
//   npm run fuzz -- --runs 1000 --seed 42
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const USAGE = `npm run fuzz -- [options]
  --runs <n>   pieces of input for each property, 1 to 1000000 (500)
  --seed <n>   the same seed makes the same input (a random one)
  --help       show this
`;

const values = told();
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const runs = numberOf('runs', values.runs ?? '500', 1, 1_000_000);
const seed = numberOf('seed', values.seed ?? String(randomInt(2 ** 31)), -(2 ** 31), 2 ** 31 - 1);

process.stdout.write(`repeat it by: npm run fuzz -- --runs ${runs} --seed ${seed}\n`);
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = ['node_modules/jest/bin/jest.js', '--runInBand', 'test/fuzz'];
const env = { ...process.env, FUZZ_RUNS: String(runs), FUZZ_SEED: String(seed) };
const child = spawn(process.execPath, [...flags, ...jest], { stdio: 'inherit', env });
child.on('exit', (status) => process.exit(status ?? 1));

function told() {
  try {
    const options = { runs: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } };
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}`);
    process.exit(64);
  }
}

function numberOf(name, text, min, max) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  process.stderr.write(`--${name} must be a whole number from ${min} to ${max}\n`);
  process.exit(64);
}
