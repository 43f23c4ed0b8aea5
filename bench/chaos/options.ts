import { misused, valuesOf } from '../../tools/command-line.js';
import { positiveNumber, wholeNumber } from '../shared/number-option.js';
import type { OnFailure } from './judging/evidence.js';

export const USAGE = `npm run chaos -- [options]     kills the service again and again, and judges what came of it

  --seed TEXT                  what everything random comes from; the printed one of an earlier run (default: a new one)
  --kills 50                   how often the service is killed
  --services 200               how many services there are
  --upgrades 20                how many upgrades are asked for
  --speed 1                    how many of Rancher's seconds pass in one
  --settle 900                 seconds that everything gets to settle after the last kill; 20 with --break resume
  --on-failure rollback|leave  what is asked for; with leave every version is good, for nobody undoes a bad one
  --break resume|notices       loses the data directory at each restart, or has the receivers of notices refuse some for
                               good, which are lost then: ends with 0 if that is noticed, else with 1`;

/** What is broken on purpose. */
const BREAKABLE = ['resume', 'notices'] as const;
export type Breakable = (typeof BREAKABLE)[number];

export interface Options {
  readonly seed: string;
  readonly kills: number;
  readonly services: number;
  readonly upgrades: number;
  readonly speed: number;
  /** Seconds. */
  readonly settle: number;
  readonly onFailure: OnFailure;
  /** null: nothing. */
  readonly broken: Breakable | null;
}

/** Reads the command line; null: only help was asked for. Throws with what is wrong. */
export function readOptions(args: readonly string[]): Options | null {
  const values = valuesOf(args, USAGE, {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '50' },
    services: { type: 'string', default: '200' },
    upgrades: { type: 'string', default: '20' },
    speed: { type: 'string', default: '1' },
    settle: { type: 'string' },
    'on-failure': { type: 'string', default: 'rollback' },
    break: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  const broken = values.break === undefined ? null : oneOf('break', values.break, BREAKABLE);
  return {
    seed: values.seed,
    kills: wholeNumber('kills', values.kills, 1, USAGE),
    services: wholeNumber('services', values.services, 1, USAGE),
    upgrades: wholeNumber('upgrades', values.upgrades, 1, USAGE),
    speed: positiveNumber('speed', values.speed, USAGE),
    settle: positiveNumber('settle', values.settle ?? (broken === 'resume' ? '20' : '900'), USAGE),
    onFailure: oneOf('on-failure', values['on-failure'], ['rollback', 'leave']),
    broken,
  };
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw misused(`--${name} must be ${known.join(' or ')}`, USAGE);
}
