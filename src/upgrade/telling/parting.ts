/** Single notices refused in a row, none taken in between, after which the others of the same digest are not tried. */
const MOST_SINGLES = 5;

/** Refusals, of one digest and all its parts, after which the rest is not tried. */
const MOST_REFUSALS = 100;

/** How far a refused digest is, which is told in parts: only what is itself refused is to be given up. */
export interface Parting {
  /** Notices of it that wait, the next part at their head. */
  readonly left: number;
  /** How many of them go at once. */
  readonly size: number;
  readonly refusals: number;
  /** Single notices refused since the last part that was taken. */
  readonly singles: number;
}

/** After the refusal of so many notices at once: of several, one half is next; a single one is out. */
export function afterRefusal(before: Parting | null, count: number): Parting {
  const { left, refusals, singles } = before ?? { left: count, refusals: 0, singles: 0 };
  if (count > 1) return { left, size: Math.floor(count / 2), refusals: refusals + 1, singles };
  return { left: left - 1, size: 1, refusals: refusals + 1, singles: singles + 1 };
}

/** After so many of them were taken: once single ones were refused, all that is left is next. Null: nothing is left. */
export function afterTaken(
  { left: before, size, refusals, singles }: Parting,
  count: number,
): Parting | null {
  const left = before - count;
  return left > 0 ? { left, size: singles > 0 ? left : Math.min(size, left), refusals, singles: 0 } : null;
}

/** After so many of them became too old to be tried. Null: nothing is left. */
export function withoutOld(parting: Parting, count: number): Parting | null {
  const left = parting.left - count;
  return left > 0 ? { ...parting, left, size: Math.min(parting.size, left) } : null;
}

/** Whether all the rest is to be given up: it seems that the channel refuses everything. */
export function isHopeless({ refusals, singles }: Parting): boolean {
  return singles >= MOST_SINGLES || refusals >= MOST_REFUSALS;
}
