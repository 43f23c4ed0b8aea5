import { misused, valuesOf } from '../../tools/command-line.js';
import { positiveNumber, wholeNumber } from '../shared/number-option.js';

export const USAGE = `npm run soak -- [options]     lets the service live through hours of trouble, and judges what it knows then

  --hours 6         how long, in the time of Rancher and of the service
  --speed 60        how many of their seconds pass in one: 6 hours in 6 minutes
  --seed TEXT       what everything random comes from; the printed one of an earlier run (default: a new one)
  --services 200    how many services there are at the beginning
  --break events    a service is changed in the end, and nobody told: ends with 0 if that is noticed, else with 1

--hours 0.2 takes less than a minute, and shows that everything is in order`;

export interface Options {
  readonly hours: number;
  readonly speed: number;
  readonly seed: string;
  readonly services: number;
  /** One event is withheld on purpose. */
  readonly isDeaf: boolean;
}

/** Reads the command line; null: only help was asked for. Throws with what is wrong. */
export function readOptions(args: readonly string[]): Options | null {
  const values = valuesOf(args, USAGE, {
    hours: { type: 'string', default: '6' },
    speed: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    services: { type: 'string', default: '200' },
    break: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  if (values.break !== undefined && values.break !== 'events') {
    throw misused('--break must be events', USAGE);
  }
  return {
    hours: positiveNumber('hours', values.hours, USAGE),
    speed: positiveNumber('speed', values.speed, USAGE),
    seed: values.seed,
    services: wholeNumber('services', values.services, 20, USAGE),
    isDeaf: values.break === 'events',
  };
}
