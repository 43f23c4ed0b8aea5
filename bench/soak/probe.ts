/** What a program tells of itself, rid of its garbage. */
export interface Probe {
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
  /** What keeps it from ending, by Node's names for it: how many of each. */
  readonly resources: Readonly<Record<string, number>>;
  /** HTTP connections that are in use or kept for the next request. */
  readonly kept: number;
}

const MARK = 'soak probe ';

export function probeLine(probe: Probe): string {
  return `${MARK}${JSON.stringify(probe)}`;
}

/** Reads what `probeLine` has written; null: the line is another. */
export function probeIn(line: string): Probe | null {
  return line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as Probe) : null;
}

/** How many there are of each name. */
export function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}
