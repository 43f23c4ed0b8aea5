import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { anAuditEntry } from '../../../test/fakes/kept.js';
import { anUpgrade, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { pruneAudit, readAudit } from './audit.js';
import { moving, nextWorkDue, outbox, outboxHeads, startable, unplanned, watched } from './due.js';
import { guarded } from './guarded-database.js';
import { migrate } from './migrations.js';
import { prune } from './prune.js';
import { find, list } from './read.js';
import { historyOf, holds, journal, key, openOf, overtakenBy, rollout, running } from './records.js';
import type { Schema } from './schema.js';
import { standing } from './standing.js';
import { workload } from './workload.js';
import { write } from './write.js';

type Query = (db: Kysely<Schema>) => Promise<unknown>;

describe('the queries of the store', () => {
  const service = { backend: 'cattle', environment: '1a5', id: '1s7' };
  const due = { now: NOON, limit: 10, except: new Set<string>() };
  let libsql: Libsql.Database;
  const asked: { sql: string; parameters: readonly unknown[] }[] = [];
  let db: Kysely<Schema>;

  beforeEach(async () => {
    libsql = new Libsql(':memory:');
    migrate(libsql);
    db = new Kysely({
      dialect: new SqliteDialect({ database: guarded(libsql) }),
      log: ({ query }) => void asked.push(query),
    });
    await write(db, { upgrade: anUpgrade({ id: 'u1' }), rollouts: [aRollout()], audit: [anAuditEntry()] });
    await write(db, { upgrade: anUpgrade({ id: 'u2', status: 'failed', finishedAt: NOON }) });
    asked.length = 0;
  });

  afterEach(() => {
    libsql.close();
  });

  function planOf(sql: string, parameters: readonly unknown[]): string[] {
    return libsql
      .prepare(`explain query plan ${sql}`)
      .all(...parameters)
      .map((row) => JSON.stringify(row));
  }

  it.each<[string, Query, string[]]>([
    ['unplanned', (database) => unplanned(database, due), ['upgrades_to_plan']],
    [
      'startable',
      (database) => startable(database, due),
      [
        'rollouts_queued',
        'rollouts_queued_by_service',
        'rollouts_busy',
        'upgrades_unplanned',
        'rollouts_tally',
        'rollouts_begun',
        'sqlite_autoindex_plans_1',
      ],
    ],
    ['moving', moving, ['rollouts_moving']],
    ['watched', (database) => watched(database, due), ['rollouts_watched']],
    ['openOf', (database) => openOf(database, service), ['rollouts_open_by_service']],
    ['historyOf', (database) => historyOf(database, service, 5, 'Mg'), ['rollouts_by_service']],
    ['running', (database) => running(database, 'image'), ['upgrades_running']],
    [
      'journal of one',
      (database) => journal(database, { after: 5, upgradeId: 'u1', limit: 5 }),
      ['journal_by_upgrade'],
    ],
    ['holds of one', (database) => holds(database, service), ['sqlite_autoindex_holds_1']],
    [
      'audit',
      (database) =>
        readAudit({ limit: 5, environment: '1a5', service, since: NOON, until: noonPlus(9) }, (work) =>
          work(database),
        ),
      ['audit_by_age', 'rollouts_tally', 'rollouts_by_service', 'audit_services_by_service'],
    ],
    [
      'audit of one upgrade',
      (database) => readAudit({ limit: 5, upgradeId: 'u1', since: NOON }, (work) => work(database)),
      ['audit_by_upgrade'],
    ],
    ['pruneAudit', (database) => pruneAudit(database, noonPlus(1), 5), ['audit_by_age', 'audit_by_upgrade']],
    ['key', (database) => key(database, 'k1'), ['sqlite_autoindex_idempotency_keys_1']],
    [
      'prune',
      (database) => prune(database, noonPlus(90), noonPlus(90), 5),
      [
        'upgrades_finished',
        'rollouts_tally',
        'journal_by_upgrade',
        'idempotency_keys_by_upgrade',
        'idempotency_keys_by_age',
        'plans_by_upgrade',
      ],
    ],
    ['outbox', (database) => outbox(database, 'slack', 5, 5), ['outbox_by_channel']],
    ['outboxHeads', outboxHeads, ['outbox_by_channel']],
    [
      'nextWorkDue',
      (database) => nextWorkDue(database, NOON),
      ['upgrades_to_plan', 'rollouts_queued', 'rollouts_watched'],
    ],
    [
      'workload',
      workload,
      ['upgrades_to_plan', 'upgrades_by_status', 'rollouts_queued', 'rollouts_moving', 'rollouts_watched'],
    ],
    [
      'standing',
      (database) => standing(database, 'u1'),
      ['sqlite_autoindex_upgrades_1', 'plans_by_upgrade', 'rollouts_tally', 'rollouts_begun'],
    ],
    ['rollout', (database) => rollout(database, 'r1'), ['sqlite_autoindex_rollouts_1']],
    [
      'overtakenBy',
      (database) => overtakenBy(database, 'u1'),
      ['rollouts_by_upgrade', 'rollouts_queued_by_service'],
    ],
    [
      'find',
      (database) => find(database, 'u1'),
      ['rollouts_by_upgrade', 'plans_by_upgrade', 'sqlite_autoindex_skipped_1'],
    ],
    ['list by status', (database) => list(database, { status: 'running', limit: 5 }), ['upgrades_by_status']],
    [
      'list by repository',
      (database) => list(database, { repository: anUpgrade().repository, limit: 5 }),
      ['upgrades_by_repository'],
    ],
  ])('%s reads by index, neither walking through history nor sorting', async (_name, query, indexes) => {
    await query(db);

    const plan = asked.flatMap(({ sql, parameters }) => planOf(sql, parameters));
    const through = plan.filter((step) =>
      /"(SCAN|SEARCH) (upgrades|rollouts|outbox|journal|holds|plans|skipped|idempotency_keys|audit|audit_services|head|other|mine|older)/.test(
        step,
      ),
    );
    for (const index of indexes) expect(plan.join()).toMatch(new RegExp(`INDEX ${index}\\b`));
    expect(through.filter((step) => !/INDEX|PRIMARY KEY/.test(step))).toEqual([]);
    expect(plan.join()).not.toContain('USE TEMP B-TREE FOR ORDER BY');
  });

  it('startable asks once for each upgrade whether it has room, not for each of its thousands of rollouts', async () => {
    await startable(db, due);

    const plan = asked.flatMap(({ sql, parameters }) => planOf(sql, parameters)).join();
    expect(plan).toContain('"LIST SUBQUERY');
    expect(plan).not.toContain('CORRELATED LIST SUBQUERY');
  });
});
