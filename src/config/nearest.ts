/** The candidate that takes the fewest single-character edits to become `name`. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  return candidates.toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0];
}

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of from.split('').entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      const removed = (above[column] ?? 0) + 1;
      const added = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, added));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
