import { isJsonObject, type Json } from '../../src/rancher/cattle/api/cattle.wire.js';
import { PartTooLong } from '../../src/rancher/cattle/api/growing-bytes.js';
import { type ListLimits, NoCattleList, RowSplitter } from '../../src/rancher/cattle/api/row-splitter.js';

export const REFUSED = 'refused';

/** What comes of bytes: `error` is what was thrown. */
interface Split {
  readonly rows: readonly Json[];
  readonly rest: string;
  readonly error: unknown;
}

/** Cuts the bytes in chunks of these sizes, over and over. */
export function split(bytes: Buffer, sizes: readonly number[], limits: ListLimits): Split {
  const rows: Json[] = [];
  const splitter = new RowSplitter(limits, (row) => rows.push(row));
  let error: unknown;
  for (let from = 0, count = 0; from < bytes.length && error === undefined; count += 1) {
    const to = from + (sizes[count % sizes.length] ?? 1);
    error = pushed(splitter, bytes.subarray(from, to));
    from = to;
  }
  return { rows, rest: error === undefined ? splitter.rest : '', error };
}

/** Answers what it throws, if that may be. */
export function pushed(splitter: RowSplitter, chunk: Buffer): unknown {
  try {
    splitter.push(chunk);
    return undefined;
  } catch (error) {
    if (error instanceof PartTooLong || error instanceof NoCattleList) return error;
    throw error;
  }
}

/** What rows and rest say. Of what is no list the rows do not count: nobody takes them. */
export function told({ rows, rest, error }: Split): string {
  if (error !== undefined) return REFUSED;
  const left = parsed(rest);
  return JSON.stringify({ left, rows: isList(left) ? rows : [] });
}

/** The same of the whole, read in one go. */
export function meant(bytes: Buffer): string {
  const whole = parsed(bytes.toString().replace(/^\uFEFF/, ''));
  if (!isList(whole)) return JSON.stringify({ left: whole, rows: [] });
  const kept = whole.data.map((row) => (isJsonObject(row) ? {} : row));
  const data = kept.filter((row, at) => !isJsonObject(row) || !isJsonObject(kept[at - 1]));
  return JSON.stringify({ left: { ...whole, data }, rows: whole.data.filter(isJsonObject) });
}

function isList(value: unknown): value is { readonly data: readonly unknown[] } {
  return isJsonObject(value) && Array.isArray(value['data']);
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
