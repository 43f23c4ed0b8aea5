import { isJsonObject, type Json } from './cattle.wire.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** How deep one is inside what stands in the outermost object, and inside what stands in a list there. */
const IN_FIELD = 2;
const IN_ROW = 3;
const BEGINS_ROWS = /"data"\s*:\s*\[$/;
/** So many bytes before a bracket tell whether it begins the rows. */
const ENOUGH = 64;
const TAKEN = '{}';
const BYTE_ORDER_MARK = /^\uFEFF/;

/** What has to be parsed at once is longer than it may be. */
export class PartTooLong extends Error {}

/**
 * Takes the JSON of a collection apart while it comes: hands out every object in its `data`, and keeps the rest. A whole page
 * and what is parsed from it would be megabytes that live just long enough to be a burden to the garbage collector, and all
 * else would wait for them.
 */
export class RowSplitter {
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private isAmongRows = false;
  /** What has come of a row whose end has not. */
  private begun: Buffer[] = [];
  private begunBytes = 0;
  /** A character for each byte (latin1): one of several bytes may be cut in two where a chunk ends. */
  private around = '';

  /** `maxBytes`: how long a row may be, and the rest. */
  constructor(
    private readonly maxBytes: number,
    private readonly take: (row: Json) => void,
  ) {}

  /** The collection with an empty object for each row that was handed out. What is none, or no JSON, stands in it still. */
  get rest(): string {
    return Buffer.from(this.around, 'latin1').toString().replace(BYTE_ORDER_MARK, '');
  }

  /**
   * Goes on with what has come next. Throws what `take` throws.
   *
   * @throws PartTooLong
   */
  push(chunk: Buffer): void {
    let kept = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) this.isInText = !this.isInText;
      else if (this.isInText) continue;
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) kept = this.open(chunk, kept, at);
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) kept = this.close(chunk, kept, at);
    }
    this.keep(chunk.subarray(kept));
    if (this.begunBytes > this.maxBytes || this.around.length > this.maxBytes) throw new PartTooLong();
  }

  private get isInRow(): boolean {
    return this.isAmongRows && this.depth >= IN_ROW;
  }

  /** Answers how many bytes of the chunk have been kept by now, as `close` does. */
  private open(chunk: Buffer, kept: number, at: number): number {
    const wasInRow = this.isInRow;
    this.depth += 1;
    if (this.depth === IN_FIELD) this.isAmongRows = BEGINS_ROWS.test(this.before(chunk, kept, at + 1));
    if (wasInRow || !this.isInRow) return kept;
    this.around += chunk.toString('latin1', kept, at);
    return at;
  }

  private close(chunk: Buffer, kept: number, at: number): number {
    const wasInRow = this.isInRow;
    this.depth -= 1;
    if (!wasInRow || this.isInRow) return kept;
    const bytes = Buffer.concat([...this.begun, chunk.subarray(kept, at + 1)]);
    this.begun = [];
    this.begunBytes = 0;
    const row = parsed(bytes);
    this.around += isJsonObject(row) ? TAKEN : bytes.toString('latin1');
    if (isJsonObject(row)) this.take(row);
    return at + 1;
  }

  private keep(bytes: Buffer): void {
    if (this.isInRow) {
      this.begun.push(bytes);
      this.begunBytes += bytes.length;
    } else {
      this.around += bytes.toString('latin1');
    }
  }

  /** The last that has come until there, or a little more. */
  private before(chunk: Buffer, kept: number, end: number): string {
    const near = chunk.toString('latin1', Math.max(kept, end - ENOUGH), end);
    return near.length < ENOUGH ? this.around.slice(-ENOUGH) + near : near;
  }
}

/** Undefined: it is no JSON. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
