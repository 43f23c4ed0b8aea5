const FIRST_BYTES = 4096;

/** What has to be parsed at once is longer than it may be. */
export class PartTooLong extends Error {
  constructor(readonly maxBytes: number) {
    super();
  }
}

/** Bytes that come little by little, in one piece. To add some costs the same however many there are, and holds no chunk. */
export class GrowingBytes {
  private room = Buffer.alloc(0);
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  get length(): number {
    return this.used;
  }

  /** Those from there on, until the next change. */
  from(start: number): Buffer {
    return this.room.subarray(start, this.used);
  }

  /** @throws PartTooLong */
  add(chunk: Buffer, from = 0, to = chunk.length): void {
    const length = this.used + to - from;
    if (length > this.maxBytes) throw new PartTooLong(this.maxBytes);
    if (length > this.room.length) this.grow(length);
    chunk.copy(this.room, this.used, from, to);
    this.used = length;
  }

  cutTo(length: number): void {
    this.used = length;
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(FIRST_BYTES, 2 * length)));
    this.room.copy(larger, 0, 0, this.used);
    this.room = larger;
  }
}
