import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { turnsDuring } from '../../../test/fakes/loop.js';
import { connect, inBackground } from './connect.js';

let folder: string;
let database: Libsql.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-'));
  database = connect(join(folder, 'a.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table t (a)');
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

describe(connect, () => {
  it('says so where there can be no file', () => {
    expect(() => connect(join(folder, 'missing', 'a.db'))).toThrow('it is not a file that this process may');
  });
});

describe(inBackground, () => {
  it('lets everything else have its turn while it waits', async () => {
    // Without a WAL, a commit waits for whoever reads: a disk would be as quick as it likes.
    database.exec('pragma journal_mode = delete; pragma busy_timeout = 30000');
    const reader = connect(join(folder, 'a.db'));
    reader.exec('begin');
    reader.prepare('select * from t').all();
    database.exec(`begin immediate; insert into t values ('x')`);

    const turns = await turnsDuring(async () => {
      const committed = inBackground(database, 'commit');
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      reader.exec('rollback');
      await committed;
    });

    reader.close();
    expect(turns).toBeGreaterThan(1);
    expect(database.inTransaction).toBe(false);
  });

  it('fails as any other statement', async () => {
    const error: unknown = await inBackground(database, 'commit').catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Libsql.SqliteError);
    expect(error).toMatchObject({ code: 'SQLITE_ERROR', rawCode: 1 });
  });
});
