import Libsql from 'libsql';
import AsyncLibsql from 'libsql/promise';

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

/**
 * Does what may wait for the disk, in a thread of libsql's own: everything else has its turn meanwhile. Nobody else may use the
 * database until it is done.
 */
export async function inBackground(database: Libsql.Database, statement: string): Promise<void> {
  // Both of libsql's interfaces are to the same connection. Either would `run` a prepared statement in this thread.
  await AsyncLibsql.prototype.exec.call(database, statement);
}
