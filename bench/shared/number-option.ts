import { misused } from '../../tools/command-line.js';

/** A whole number that was given on the command line. Throws like `valuesOf`. */
export function wholeNumber(name: string, text: string, min: number, usage: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= min) return number;
  throw misused(`--${name} must be a whole number from ${min}`, usage);
}

/** A number above 0 that was given on the command line. Throws like `valuesOf`. */
export function positiveNumber(name: string, text: string, usage: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw misused(`--${name} must be a number above 0`, usage);
}
