/** Numbers that look random, and are the same row for the same seed (xorshift). */
export class SeededNumbers {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2_654_435_769) >>> 0 || 1;
  }

  /** Of 32 bits. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }

  /** From 0, below 1. */
  share(): number {
    return this.next() / 2 ** 32;
  }
}
