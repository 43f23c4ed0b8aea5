import { valuesOf } from '../../tools/command-line.js';
import { wholeNumber } from '../shared/number-option.js';

export const USAGE = `npm run bench:accept -- [options]     how many upgrades the service accepts, and what they cost

  --seconds 10        how long each rate is measured
  --connections 32    how many ask at once
  --upgrades 50000    after so many, and after twice as many, its memory is read; 0: only the rates are measured
  --idle 60           seconds without a request before that
  --folder build      the disk that is written to`;

export interface Options {
  readonly seconds: number;
  readonly connections: number;
  readonly upgrades: number;
  /** Seconds. */
  readonly idle: number;
  readonly folder: string;
}

/** Reads the command line; null: only help was asked for. Throws with what is wrong. */
export function readOptions(args: readonly string[]): Options | null {
  const values = valuesOf(args, USAGE, {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '32' },
    upgrades: { type: 'string', default: '50000' },
    idle: { type: 'string', default: '60' },
    folder: { type: 'string', default: 'build' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  return {
    seconds: wholeNumber('seconds', values.seconds, 1, USAGE),
    connections: wholeNumber('connections', values.connections, 1, USAGE),
    upgrades: wholeNumber('upgrades', values.upgrades, 0, USAGE),
    idle: wholeNumber('idle', values.idle, 0, USAGE),
    folder: values.folder,
  };
}
