import { UpdaterError } from '../../src/common/errors.js';

/** The foreseen failure that something ends with; fails the test where it ends otherwise. */
export async function failureOf(doing: Promise<unknown>): Promise<UpdaterError> {
  const outcome: unknown = await doing.catch((error: unknown) => error);
  if (outcome instanceof UpdaterError) return outcome;
  throw new Error(`no foreseen failure: ${String(outcome)}`);
}
