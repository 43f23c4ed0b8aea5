import { UpdaterError } from '../../common/errors.js';

/** Where a page ended that is in order of time. */
export interface Position {
  readonly at: number;
  readonly id: number;
}

/** Where a page ended, as callers see it. */
export function toCursor(seq: number): string {
  return encoded(String(seq));
}

/** @throws UpdaterError `request.invalid` for what `toCursor` never wrote */
export function fromCursor(cursor: string): number {
  const seq = Number(decoded(cursor));
  if (Number.isSafeInteger(seq) && seq > 0 && toCursor(seq) === cursor) return seq;
  throw noCursor();
}

export function toPositionCursor({ at, id }: Position): string {
  return encoded(`${at} ${id}`);
}

/** @throws UpdaterError `request.invalid` for what `toPositionCursor` never wrote */
export function fromPositionCursor(cursor: string): Position {
  const [at = NaN, id = NaN] = decoded(cursor).split(' ').map(Number);
  const position = { at, id };
  if (Number.isSafeInteger(at) && Number.isSafeInteger(id) && toPositionCursor(position) === cursor)
    return position;
  throw noCursor();
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decoded(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

function noCursor(): UpdaterError {
  const message = 'must be the "next" of a page before';
  return new UpdaterError('request.invalid', `after ${message}`, { fields: [{ field: 'after', message }] });
}
