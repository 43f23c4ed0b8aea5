import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type Libsql from 'libsql';
import { connect } from './connect.js';
import { isBusy } from './trouble.js';

/** Another process has the directory. */
export class DirectoryHeld extends Error {}

/**
 * Keeps a data directory for one process. It is a lock of the operating system's, which ends with the process however
 * that ends.
 */
export class ProcessLock {
  private constructor(
    private readonly database: Libsql.Database,
    private readonly note: string,
  ) {}

  /**
   * Takes the lock at once or not at all.
   *
   * @throws DirectoryHeld a sentence that names the process that has it
   */
  static take(directory: string, now: Date): ProcessLock {
    const note = join(directory, 'updater.lock.txt');
    const database = openLock(join(directory, 'updater.lock'), note);
    writeNote(note, `process ${process.pid} on ${hostname()} since ${now.toISOString()}`);
    return new ProcessLock(database, note);
  }

  release(): void {
    rmSync(this.note, { force: true });
    this.database.close();
  }
}

function openLock(file: string, note: string): Libsql.Database {
  const database = connect(file);
  try {
    database.exec('pragma busy_timeout = 0');
    // No second file beside it: nothing is ever written.
    database.exec('pragma journal_mode = memory');
    database.exec('begin exclusive');
    return database;
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new DirectoryHeld(`${holderOf(note)} holds its directory, and one at a time may`);
  }
}

/** It is for people only: a disk that has no room for it is found out by what needs the room. */
function writeNote(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    rmSync(file, { force: true });
  }
}

function holderOf(note: string): string {
  try {
    return readFileSync(note, 'utf8') || 'another process';
  } catch {
    return 'another process';
  }
}
