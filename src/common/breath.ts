/** How much is done at once of what may be long: nothing else waits for more than some milliseconds. */
const FEW = 25;

/** Those that take breath, in the order in which they came. */
const breathing: (() => void)[] = [];

/**
 * Lets everything else that waits have its turn. Where many do so at the same time, each goes on in a turn of its own: what
 * is short by itself would be long together.
 */
export function breath(): Promise<void> {
  return new Promise((done) => {
    if (breathing.push(done) === 1) setImmediate(next);
  });
}

function next(): void {
  const done = breathing.shift();
  if (breathing.length > 0) setImmediate(next);
  done?.();
}

/** The items in their order, a few at a time. */
export function inFews<T>(items: readonly T[], few = FEW): readonly (readonly T[])[] {
  const starts = Array.from({ length: Math.ceil(items.length / few) }, (_, index) => index * few);
  return starts.map((start) => items.slice(start, start + few));
}

/**
 * What `work` makes of each item, in order. However many there are, everything else has its turn before every few; of a few
 * nothing else notices.
 */
export async function mapInFews<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (const few of inFews(items)) {
    if (items.length > FEW) await breath();
    for (const item of few) results.push(await work(item));
  }
  return results;
}
