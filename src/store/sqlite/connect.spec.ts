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
  it('lets everything else have its turn while it waits for the disk', async () => {
    database.exec('begin immediate');
    database.prepare('insert into t values (?)').run(['x'.repeat(20_000_000)]);

    const turns = await turnsDuring(() => inBackground(database, 'commit'));

    expect(turns).toBeGreaterThan(1);
    expect(database.inTransaction).toBe(false);
  });

  it('fails as any other statement', async () => {
    const error: unknown = await inBackground(database, 'commit').catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Libsql.SqliteError);
    expect(error).toMatchObject({ code: 'SQLITE_ERROR', rawCode: 1 });
  });
});
