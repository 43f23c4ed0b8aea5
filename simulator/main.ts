import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { readFleet } from './read-fleet.js';
import { Simulator } from './simulator.js';

const USAGE = 'npm run simulator -- [--port 8081] [--host 127.0.0.1] [--fleet FILE] [--speed 1] [--open]';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8081' },
      host: { type: 'string', default: '127.0.0.1' },
      fleet: { type: 'string', default: 'simulator/fleets/example.yaml' },
      speed: { type: 'string', default: '1' },
      open: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const fleet = readFleet(await readFile(values.fleet, 'utf8'));
  const simulator = await Simulator.start({
    fleet,
    port: positive('port', values.port),
    host: values.host,
    speed: positive('speed', values.speed),
    security: !values.open,
  });
  const { environments, keys = [] } = fleet;
  process.stdout.write(
    [
      `Rancher simulator at ${simulator.url}${values.open ? ' (access control off)' : ''}`,
      `environments: ${environments.map(({ name }) => name).join(', ')}`,
      ...keys.map(({ kind, access, secret }) => `key: ${access}:${secret} (${kind})`),
      `control: ${simulator.url}/simulator`,
      '',
    ].join('\n'),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} must be a number. ${USAGE}`);
  return number;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
