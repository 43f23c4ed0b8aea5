/** Prefixes come from the gateway, which has one or a few. */
const MOST_KEPT = 16;

/** Texts that take milliseconds to make, each made once as long as few others are asked for; at most 16 are kept. */
export class Rendered {
  private readonly kept = new Map<string, Buffer>();

  constructor(private readonly render: (prefix: string) => string) {}

  /** The text for a prefix, in UTF-8; many answers may share the bytes, so nobody may change them. */
  for(prefix: string): Buffer {
    const bytes = this.kept.get(prefix) ?? Buffer.from(this.render(prefix));
    // Put last again: first is whatever nobody has asked for the longest.
    this.kept.delete(prefix);
    this.kept.set(prefix, bytes);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return bytes;
  }
}
