import { UpdaterError } from '../../common/errors.js';

/** Where a page ended, as callers see it. */
export function toCursor(seq: number): string {
  return Buffer.from(String(seq)).toString('base64url');
}

/** @throws UpdaterError `request.invalid` for what `toCursor` never wrote */
export function fromCursor(cursor: string): number {
  const seq = Number(Buffer.from(cursor, 'base64url').toString());
  if (Number.isSafeInteger(seq) && seq > 0 && toCursor(seq) === cursor) return seq;
  const message = 'must be the "next" of a page before';
  throw new UpdaterError('request.invalid', `after ${message}`, { fields: [{ field: 'after', message }] });
}
