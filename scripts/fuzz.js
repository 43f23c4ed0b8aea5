// Throws generated input at the service, as often as it is told, and ends with 0 if it stood that:
//   npm run fuzz -- --runs 1000 --seed 42
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const runs = numberOf('runs', values.runs ?? '500', 1, 1_000_000);
const seed = numberOf('seed', values.seed ?? String(randomInt(2 ** 31)), -(2 ** 31), 2 ** 31 - 1);

process.stdout.write(`repeat it by: npm run fuzz -- --runs ${runs} --seed ${seed}\n`);
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = ['node_modules/jest/bin/jest.js', '--runInBand', 'test/fuzz'];
const env = { ...process.env, FUZZ_RUNS: String(runs), FUZZ_SEED: String(seed) };
const child = spawn(process.execPath, [...flags, ...jest], { stdio: 'inherit', env });
child.on('exit', (status) => process.exit(status ?? 1));

function numberOf(name, text, min, max) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  process.stderr.write(`--${name} must be a whole number from ${min} to ${max}\n`);
  process.exit(64);
}
