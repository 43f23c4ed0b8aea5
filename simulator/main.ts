import { readFile } from 'node:fs/promises';

import { readOptions, USAGE } from './options.js';
import { readFleet } from './reading/read-fleet.js';
import { Simulator } from './simulator.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const fleet = readFleet(await readFile(options.fleet, 'utf8'));
  const simulator = await Simulator.start({
    fleet,
    port: options.port,
    host: options.host,
    speed: options.speed,
    security: !options.open,
    settings: options.settings,
  });
  const { environments, keys = [] } = fleet;
  process.stdout.write(
    [
      `Rancher simulator at ${simulator.url}${options.open ? ' (access control off)' : ''}`,
      `environments: ${environments.map(({ name }) => name).join(', ')}`,
      ...keys.map(({ kind, access, secret }) => `key: ${access}:${secret} (${kind})`),
      `control: ${simulator.url}/simulator`,
      '',
    ].join('\n'),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
