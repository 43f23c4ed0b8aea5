import Libsql from 'libsql';
import { messageOf } from '../../common/errors.js';

/** SQLite's primary result codes (sqlite.org/rescode.html) for which the storage is to blame. */
const SQLITE: Readonly<Record<number, string>> = {
  3: 'access to it is denied',
  5: 'another process is using it',
  6: 'another process is using it',
  7: 'memory is exhausted',
  8: 'it is read-only',
  10: 'the disk reports an error',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it cannot be opened',
  15: 'another process is using it',
  26: 'it is not a database',
};

const FILE_SYSTEM: Readonly<Record<string, string>> = {
  EEXIST: 'its directory is a file',
  ENOTDIR: 'its directory is in a file',
  EACCES: 'its directory may not be written to by this process',
  EPERM: 'its directory may not be written to by this process',
  EROFS: 'its directory is on a read-only file system',
  ENOSPC: 'the disk is full',
};

/** Another connection has the file. */
export function isBusy(error: unknown): boolean {
  return [5, 6, 15].includes(primaryCode(error));
}

export function isDamaged(error: unknown): boolean {
  return primaryCode(error) === 11;
}

export function isFull(error: unknown): boolean {
  return primaryCode(error) === 13;
}

/** The file has to be opened anew before it can be used again: it was replaced, or opened when it was read-only. */
export function needsReopening(error: unknown): boolean {
  return [8, 10, 11, 14, 26].includes(primaryCode(error));
}

/** What is wrong with the storage; null: the error does not come from there, it is a bug of ours. */
export function storageTrouble(error: unknown): string | null {
  if (!(error instanceof Libsql.SqliteError)) return null;
  const sentence = SQLITE[primaryCode(error)];
  return sentence === undefined ? null : `${sentence} (${error.code})`;
}

/** The lowest byte of an extended code is the primary one. */
function primaryCode(error: unknown): number {
  return error instanceof Libsql.SqliteError ? (error.rawCode ?? 0) & 0xff : 0;
}

/** Why a file could not be opened, whatever was thrown. */
export function openingTrouble(error: unknown): string {
  const trouble = storageTrouble(error);
  if (trouble !== null) return trouble;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FILE_SYSTEM[code] ?? messageOf(error);
}
