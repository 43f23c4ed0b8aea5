import { misused, valuesOf } from '../../tools/command-line.js';
import { wholeNumber } from '../shared/number-option.js';

/** So many are planned where that is measured at all. */
const CANDIDATES = 10_000;

export const USAGE = `npm run bench -- [options]     how long a push takes, and what it costs, on fleets of any size

  --fleet 100,1000,10000,50000   services in Rancher
  --matching 1,10,20,200         services that a push upgrades; left out where they are more than a quarter of the fleet
  --candidates 10000             services of a push that decides about all of them; 0: none; only with the fleet of 10,000
                                 where nothing is said; not of another updater
  --pushes 3                     pushes measured for each pair
  --warm-up 5                    pushes before these that are not measured: a program is slower before it is compiled
  --parallel 10                  AUTOUPDATE_MAX_PARALLEL
  --event-period 50              milliseconds for which Rancher gathers changes before it tells of them; 1000 in a real one
  --updater "COMMAND"            another updater, which takes the same environment variables, runs the course; npm starts it in the
                                 repository
  --json build/bench.json        the file for all figures
  --quick                        --fleet 100,1000 --matching 1,10 --pushes 2`;

export interface Options {
  readonly fleets: readonly number[];
  /** Fleets that were asked for and are left out: too small for any of these pushes. */
  readonly tooSmall: readonly number[];
  readonly matchings: readonly number[];
  /** Services of a push whose planning alone is measured; 0: none. */
  readonly candidates: number;
  readonly pushes: number;
  /** Pushes that are not measured, before all others. */
  readonly warmUp: number;
  readonly parallel: number;
  readonly eventPeriodMs: number;
  /** For the shell; null: the service of this repository. */
  readonly updater: string | null;
  readonly json: string;
}

/** Reads the command line; null: only help was asked for. Throws with what is wrong. */
export function readOptions(args: readonly string[]): Options | null {
  const values = valuesOf(args, USAGE, {
    fleet: { type: 'string' },
    matching: { type: 'string' },
    candidates: { type: 'string' },
    pushes: { type: 'string' },
    'warm-up': { type: 'string', default: '5' },
    parallel: { type: 'string', default: '10' },
    'event-period': { type: 'string', default: '50' },
    updater: { type: 'string' },
    json: { type: 'string', default: 'build/bench.json' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  const usual = values.quick
    ? { fleet: '100,1000', matching: '1,10', pushes: '2' }
    : { fleet: '100,1000,10000,50000', matching: '1,10,20,200', pushes: '3' };
  const matchings = numbers('matching', values.matching ?? usual.matching, 1);
  const fleets = numbers('fleet', values.fleet ?? usual.fleet, 10);
  const candidates = fleets.includes(CANDIDATES) ? String(CANDIDATES) : '0';
  return {
    ...sortedOut(fleets, matchings),
    matchings,
    candidates: wholeNumber('candidates', values.candidates ?? candidates, 0, USAGE),
    pushes: wholeNumber('pushes', values.pushes ?? usual.pushes, 1, USAGE),
    warmUp: wholeNumber('warm-up', values['warm-up'], 0, USAGE),
    parallel: wholeNumber('parallel', values.parallel, 1, USAGE),
    eventPeriodMs: wholeNumber('event-period', values['event-period'], 1, USAGE),
    updater: values.updater ?? null,
    json: values.json,
  };
}

/** Throws where no fleet is left. */
function sortedOut(
  all: readonly number[],
  matchings: readonly number[],
): Pick<Options, 'fleets' | 'tooSmall'> {
  const isLarge = (services: number) => matchings.some((matching) => isSensible(services, matching));
  const fleets = all.filter(isLarge);
  if (fleets.length > 0) return { fleets, tooSmall: all.filter((services) => !isLarge(services)) };
  const [least, largest] = [Math.min(...matchings), Math.max(...all)];
  throw misused(`there is nothing to measure: ${least} is more than a quarter of ${largest}`, USAGE);
}

/** Whether a push to so many services of such a fleet says anything: most services are not touched by it. */
export function isSensible(services: number, matching: number): boolean {
  return matching * 4 <= services;
}

function numbers(name: string, text: string, min: number): readonly number[] {
  const all = text.split(',').map((word) => wholeNumber(name, word.trim(), min, USAGE));
  return [...new Set(all)].toSorted((a, b) => a - b);
}
