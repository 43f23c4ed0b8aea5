import { isJsonObject, type Json } from './cattle.wire.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** How deep the lists are that stand in the outermost object, and what stands in these. */
const LISTS = 2;
const ROWS = 3;
const ROWS_FOLLOW = /"data"\s*:\s*\[$/;

/**
 * Takes the JSON of a collection apart while it comes: hands out every row of its `data`, and keeps the rest. A whole page
 * and what is parsed from it would be megabytes that live just long enough to be a burden to the garbage collector, and all
 * else would wait for them.
 */
export class RowSplitter {
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private isAmongRows = false;
  /** Of a row whose end has not come yet. */
  private begun: readonly Buffer[] = [];
  /** Byte by byte: a character can be cut in two where a chunk ends. */
  private around = '';

  constructor(private readonly take: (row: Json) => void) {}

  /** The collection with an empty object in the place of each row. */
  get rest(): string {
    return Buffer.from(this.around, 'latin1').toString();
  }

  /**
   * Goes on with what has come next.
   *
   * @throws SyntaxError a row is no JSON
   */
  push(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.isEscaped) this.isEscaped = false;
      else if (byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) this.isInText = !this.isInText;
      else if (this.isInText) continue;
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) from = this.open(chunk, from, at);
      else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) from = this.close(chunk, from, at);
    }
    if (this.isAmongRows && this.depth >= ROWS) this.begun = [...this.begun, chunk.subarray(from)];
    else this.around += chunk.toString('latin1', from);
  }

  /** Answers from where on the chunk is still to be kept, as `close` does. */
  private open(chunk: Buffer, from: number, at: number): number {
    this.depth += 1;
    if (this.depth === LISTS) {
      this.isAmongRows = ROWS_FOLLOW.test(this.around + chunk.toString('latin1', from, at + 1));
    }
    if (this.depth !== ROWS || !this.isAmongRows) return from;
    this.around += chunk.toString('latin1', from, at);
    return at;
  }

  private close(chunk: Buffer, from: number, at: number): number {
    const isRow = this.depth === ROWS && this.isAmongRows;
    this.depth -= 1;
    if (!isRow) return from;
    const row: unknown = JSON.parse(this.textTo(chunk.subarray(from, at + 1)));
    this.around += isJsonObject(row) ? '{}' : 'null';
    if (isJsonObject(row)) this.take(row);
    return at + 1;
  }

  private textTo(end: Buffer): string {
    if (this.begun.length === 0) return end.toString();
    const text = Buffer.concat([...this.begun, end]).toString();
    this.begun = [];
    return text;
  }
}
