import { parseArgs } from 'node:util';

import { readSettings } from './reading/read-setting.js';
import type { SimulatorSettings } from './settings.js';

export const USAGE =
  'npm run simulator -- [--port 8081] [--host 127.0.0.1] [--fleet FILE] [--speed 1] [--open] [--setting NAME=VALUE …]';

const MAX_PORT = 65_535;

export interface Options {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Names a file. */
  readonly fleet: string;
  readonly speed: number;
  /** Whether everybody may do everything, without a key. */
  readonly open: boolean;
  readonly settings: Partial<SimulatorSettings>;
}

/** Reads the command line; null: only help was asked for. Throws with what is wrong. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = usably(() =>
    parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8081' },
        host: { type: 'string', default: '127.0.0.1' },
        fleet: { type: 'string', default: 'simulator/fleets/example.yaml' },
        speed: { type: 'string', default: '1' },
        open: { type: 'boolean', default: false },
        setting: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  const { host, fleet, open, setting } = values;
  if (values.help) return null;
  const settings = usably(() => readSettings(setting));
  return { port: portOf(values.port), host, fleet, speed: speedOf(values.speed), open, settings };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new Error(`--port must be a whole number from 0 to ${MAX_PORT}; 0 takes any free port\n${USAGE}`);
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new Error(`--speed must be a number above 0\n${USAGE}`);
}

/** Whatever is wrong, the error says how to use the command. */
function usably<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}
