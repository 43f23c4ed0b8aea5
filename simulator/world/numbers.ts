/** The number in an id; Cattle ignores the letters, so `1a7` and `1s7` are both 7. */
export function numberIn(id: string): number | null {
  const match = /^1?[a-z]+(\d+)$/i.exec(id) ?? /^(\d+)$/.exec(id);
  const digits = match?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Hands out increasing numbers, leaving out those that a fleet has chosen itself. */
export class Counter {
  private readonly taken = new Set<number>();

  constructor(private last: number) {}

  next(wanted?: string): number {
    const chosen = wanted === undefined ? null : numberIn(wanted);
    if (chosen !== null) {
      this.taken.add(chosen);
      return chosen;
    }
    do this.last += 1;
    while (this.taken.has(this.last));
    this.taken.add(this.last);
    return this.last;
  }

  /** Keeps a number for an id that a fleet has chosen. */
  reserve(id: string | undefined): void {
    const number = id === undefined ? null : numberIn(id);
    if (number !== null) this.taken.add(number);
  }
}
