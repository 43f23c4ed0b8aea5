import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { turnsDuring } from '../../../test/fakes/loop.js';
import { anUpgrade, aPlan, aSkipped } from '../../../test/fakes/records.js';
import { guarded } from './guarded-database.js';
import { migrate } from './migrations.js';
import type { Schema } from './schema.js';
import { skippedBy, writeSkipped } from './skipped.js';
import { write } from './write.js';

const SERVICES = Array.from({ length: 1250 }, (_, index) =>
  aSkipped({ service: { id: `1s${index}`, name: `web-${index}` } }),
);

describe('what a plan leaves as it is', () => {
  let libsql: Libsql.Database;
  let db: Kysely<Schema>;
  const plan = aPlan({ skipped: SERVICES });

  beforeEach(async () => {
    libsql = new Libsql(':memory:');
    migrate(libsql);
    db = new Kysely({ dialect: new SqliteDialect({ database: guarded(libsql) }) });
    await write(db, { upgrade: anUpgrade(), plans: [aPlan()] });
  });

  afterEach(() => {
    libsql.close();
  });

  it('is written a hundred services at a time: everything else has its turn meanwhile', async () => {
    expect(await turnsDuring(() => writeSkipped(db, plan))).toBeGreaterThanOrEqual(12);

    const sizes = libsql
      .prepare('select json_array_length(services) from skipped order by part')
      .pluck()
      .all();
    expect(sizes).toEqual([...Array.from({ length: 12 }, () => 100), 50]);
  });

  it('is read a thousand at a time', async () => {
    await writeSkipped(db, plan);

    expect(await turnsDuring(() => skippedBy(db, plan.upgradeId))).toBeGreaterThanOrEqual(1);
  });
});
