import { sql, type Kysely } from 'kysely';
import type { ReasonCode } from '../../domain/reasons.js';
import type { RolloutStatus } from '../../domain/rollout.js';
import type { EnvironmentPlan, TallyRow } from '../../domain/upgrade.js';
import type { Choose, Standing, Written } from '../upgrade-store.js';
import { find } from './read.js';
import { planOf, upgradeOf } from './rows.js';
import type { Schema } from './schema.js';
import { write } from './write.js';

const QUEUED = sql.lit<RolloutStatus>('queued');
const PENDING = sql.lit<EnvironmentPlan['status']>('pending');

export async function standing(db: Kysely<Schema>, upgradeId: string): Promise<Standing | null> {
  const row = await db.selectFrom('upgrades').selectAll().where('id', '=', upgradeId).executeTakeFirst();
  if (!row) return null;
  const plans = db.selectFrom('plans').selectAll().where('upgrade_id', '=', upgradeId);
  const pending = await plans.where('status', '=', PENDING).orderBy('seq').execute();
  return {
    upgrade: upgradeOf(row),
    pending: pending.map(planOf),
    tally: await tally(db, upgradeId),
    begun: await begun(db, upgradeId),
  };
}

/** Writes what is chosen on where an upgrade stands. One step only inside a transaction. */
export async function writeChosen(
  db: Kysely<Schema>,
  upgradeId: string,
  choose: Choose,
): Promise<Written | null> {
  const stored = await standing(db, upgradeId);
  if (!stored) throw unknown(upgradeId);
  const change = await choose(stored, async () => {
    const record = await find(db, upgradeId);
    if (record) return record;
    throw unknown(upgradeId);
  });
  return change && write(db, change);
}

function unknown(upgradeId: string): Error {
  return new Error(`upgrade ${upgradeId} is not in the store`);
}

async function tally(db: Kysely<Schema>, upgradeId: string): Promise<readonly TallyRow[]> {
  const code = sql<ReasonCode | null>`reason ->> '$.code'`;
  return db
    .selectFrom('rollouts')
    .select(({ fn }) => ['status', code.as('reason'), fn.countAll<number>().as('count')])
    .where('upgrade_id', '=', upgradeId)
    .groupBy(['status', code])
    .execute();
}

async function begun(db: Kysely<Schema>, upgradeId: string): Promise<number> {
  const { count } = await db
    .selectFrom('rollouts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('upgrade_id', '=', upgradeId)
    .where('status', '=', QUEUED)
    .where('attempt', 'is not', null)
    .where(sql<boolean>`(attempt ->> '$.open' or attempt ->> '$.restoring')`)
    .executeTakeFirstOrThrow();
  return count;
}
