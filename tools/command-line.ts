import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The values that a command line gives to these options. Throws with how it is to be used, and what is wrong. */
export function valuesOf<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  usage: string,
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw misused(error instanceof Error ? error.message : String(error), usage);
  }
}

/** How a command is to be used, and, where a terminal still shows it, what is wrong. */
export function misused(what: string, usage: string): Error {
  return new Error(`${usage}\n\n${what}`);
}
