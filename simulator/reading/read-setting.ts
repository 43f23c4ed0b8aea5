import { DEFAULT_SETTINGS, type SimulatorSettings } from '../settings.js';

/** What is repeated after so long would be repeated without end after nothing. */
const ABOVE_ZERO = new Set([
  'pollMs',
  'retryMs',
  'retryMaxMs',
  'crashMs',
  'eventPeriodMs',
  'pingMs',
  'journalLimit',
]);

const WHOLE = new Set(['gzipLevel', 'journalLimit', 'socketQueue']);

const MAX_GZIP = 9;

/** Reads settings written as `name=value`; throws with what is wrong with the first that cannot be. */
export function readSettings(texts: readonly string[]): Partial<SimulatorSettings> {
  return Object.fromEntries(texts.map(readSetting));
}

function readSetting(text: string): readonly [string, unknown] {
  const place = text.indexOf('=');
  const name = text.slice(0, Math.max(0, place));
  const value = text.slice(place + 1);
  const known = Object.entries(DEFAULT_SETTINGS).find(([other]) => other === name);
  if (known === undefined) throw new Error(`--setting must be name=value; names are ${allNames()}`);
  switch (typeof known[1]) {
    case 'number':
      return [name, numberOf(name, value)];
    case 'boolean':
      return [name, booleanOf(name, value)];
    case 'string':
      return [name, value];
    default:
      return [name, name === 'registryWhitelist' ? value.split(',') : value];
  }
}

function numberOf(name: string, value: string): number {
  const number = value.trim() === '' ? NaN : Number(value);
  const high = name === 'gzipLevel' ? MAX_GZIP : Infinity;
  const within = Number.isFinite(number) && number >= 0 && number <= high;
  if (within && (number > 0 || !ABOVE_ZERO.has(name)) && (Number.isInteger(number) || !WHOLE.has(name))) {
    return number;
  }
  const kind = WHOLE.has(name) ? 'a whole number' : 'a number';
  const range = high === Infinity ? (ABOVE_ZERO.has(name) ? 'above 0' : 'from 0') : `from 0 to ${high}`;
  throw new Error(`--setting ${name} must be ${kind} ${range}`);
}

function booleanOf(name: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Error(`--setting ${name} must be true or false`);
}

function allNames(): string {
  return Object.keys(DEFAULT_SETTINGS).join(', ');
}
