import { jest } from '@jest/globals';

/** How often, and after which seed: few and always the same in `npm test`; `npm run fuzz` says more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 15);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1706);

/** Parameters of fast-check for a property; `share` is how many runs of it there are for one of the usual. For the body of `describe`. */
export function runs(share = 1): { readonly numRuns: number; readonly seed: number } {
  jest.setTimeout(60_000 + RUNS * 2_000);
  return { numRuns: Math.max(1, Math.ceil(RUNS * share)), seed: SEED };
}
