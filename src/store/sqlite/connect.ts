import Libsql from 'libsql';

/**
 * Opens a file, or makes it.
 *
 * @throws Error a sentence: libsql's own error here is a debug print that names a number
 */
export function connect(file: string): Libsql.Database {
  try {
    return new Libsql(file);
  } catch {
    throw new Error('it is not a file that this process may read and write');
  }
}
