import { isJsonObject, type Json } from './cattle.wire.js';
import { GrowingBytes, PartTooLong } from './growing-bytes.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const COLON = 0x3a;

/** How deep one is inside what stands in the outermost object, and inside what stands in a list there. */
const IN_FIELD = 2;
const IN_ROW = 3;
const ROWS = '"data"';
/** The same name, written in any way. */
const ANY_ROWS = /[^\\]"(?:d|\\u0064)(?:a|\\u0061)(?:t|\\u0074)(?:a|\\u0061)"$/;
/** So many bytes can such a name have, with the one before it. */
const LONGEST_NAME = 27;
const BETWEEN_ROWS = /^[ \t\n\r]*,[ \t\n\r]*$/;
const TAKEN = Buffer.from('{}');
const BYTE_ORDER_MARK = /^\uFEFF/;

export interface ListLimits {
  /** How long a row may be. */
  readonly rowBytes: number;
  /** How long all else may be. */
  readonly restBytes: number;
  readonly rows: number;
}

/** What comes is no list of Cattle; the message says what it is instead. */
export class NoCattleList extends Error {}

/**
 * Takes the JSON of a collection apart while it comes: hands out every object in its `data`, and keeps the rest. A whole page
 * and what is parsed from it would be megabytes that live just long enough to be a burden to the garbage collector, and all
 * else would wait for them. What a byte costs does not depend on what came before it, whatever that was.
 */
export class RowSplitter {
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private hasRows = false;
  private isAmongRows = false;
  private rows = 0;
  /** There was a row that is no JSON, so the whole is none. */
  private isBroken = false;
  /** What has come of a row whose end has not. */
  private readonly begun: GrowingBytes;
  private readonly around: GrowingBytes;
  /** Where in `around` the empty object ends that stands for the last row. */
  private takenTo = 0;

  constructor(
    private readonly limits: ListLimits,
    private readonly take: (row: Json) => void,
  ) {
    this.begun = new GrowingBytes(limits.rowBytes);
    this.around = new GrowingBytes(limits.restBytes);
  }

  /** The collection, in which one empty object stands for all rows that follow each other. What is no row stands in it still. */
  get rest(): string {
    return this.around.from(0).toString().replace(BYTE_ORDER_MARK, '');
  }

  /**
   * Goes on with what has come next. Throws what `take` throws.
   *
   * @throws PartTooLong
   * @throws NoCattleList also where `data` is a list twice, of which JSON knows the last only: it may be empty
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
    (this.isInRow ? this.begun : this.around).add(chunk, kept);
  }

  private get isInRow(): boolean {
    return this.isAmongRows && this.depth >= IN_ROW;
  }

  /** Answers how many bytes of the chunk have been kept by now, as `close` does. */
  private open(chunk: Buffer, kept: number, at: number): number {
    const wasInRow = this.isInRow;
    this.depth += 1;
    if (this.depth !== IN_FIELD && (wasInRow || !this.isInRow)) return kept;
    this.around.add(chunk, kept, at);
    if (this.depth === IN_FIELD) this.isAmongRows = chunk[at] === OPENING_BRACKET && this.areRowsNext();
    return at;
  }

  private areRowsNext(): boolean {
    const name = nameAtEnd(this.around.from(0));
    if (!ANY_ROWS.test(name)) return false;
    if (this.hasRows || !name.endsWith(ROWS)) throw new NoCattleList('no list where one is due');
    this.hasRows = true;
    return true;
  }

  private close(chunk: Buffer, kept: number, at: number): number {
    const wasInRow = this.isInRow;
    this.depth -= 1;
    if (!wasInRow || this.isInRow) return kept;
    const bytes = this.whole(chunk, kept, at + 1);
    if (!this.isBroken) this.endRow(bytes);
    this.begun.cutTo(0);
    return at + 1;
  }

  /** The row that ends there. */
  private whole(chunk: Buffer, from: number, to: number): Buffer {
    if (to - from > this.limits.rowBytes) throw new PartTooLong(this.limits.rowBytes);
    if (this.begun.length === 0) return chunk.subarray(from, to);
    this.begun.add(chunk, from, to);
    return this.begun.from(0);
  }

  private endRow(bytes: Buffer): void {
    const row = parsed(bytes);
    if (!isJsonObject(row)) {
      this.isBroken = row === undefined;
      this.around.add(bytes);
      return;
    }
    this.rows += 1;
    if (this.rows > this.limits.rows) throw new NoCattleList('a list that does not end');
    this.leaveOut();
    this.take(row);
  }

  /** What parts it from the row before goes with it. */
  private leaveOut(): void {
    const { around, takenTo } = this;
    if (BETWEEN_ROWS.test(around.from(takenTo).toString('latin1'))) {
      around.cutTo(takenTo);
    } else {
      around.add(TAKEN);
      this.takenTo = around.length;
    }
  }
}

/**
 * Hands out the rows of a list, and answers the rest of it; see `RowSplitter`.
 *
 * @throws PartTooLong
 * @throws NoCattleList
 */
export async function withoutRows(
  chunks: AsyncIterable<Buffer>,
  limits: ListLimits,
  take: (row: Json) => void,
): Promise<string> {
  const splitter = new RowSplitter(limits, take);
  for await (const chunk of chunks) splitter.push(chunk);
  return splitter.rest;
}

/** The name whose value comes next, as it is written, with what stands before it; of a long one the end. */
function nameAtEnd(bytes: Buffer): string {
  const colon = lastThatSays(bytes, bytes.length);
  const end = bytes[colon] === COLON ? lastThatSays(bytes, colon) + 1 : 0;
  return bytes.toString('latin1', Math.max(0, end - LONGEST_NAME), end);
}

/** Where the last byte before `end` is that is no blank. */
function lastThatSays(bytes: Buffer, end: number): number {
  let at = end - 1;
  while (at >= 0 && isBlank(bytes[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Undefined: it is no JSON. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
