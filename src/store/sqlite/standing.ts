import { sql, type Kysely } from 'kysely';
import type { ReasonCode } from '../../domain/reasons.js';
import type { RolloutStatus } from '../../domain/rollout.js';
import type { EnvironmentPlan, TallyRow } from '../../domain/upgrade.js';
import { notStored } from '../not-stored.js';
import type { Choose, Standing, Written } from '../upgrade-store.js';
import { find, selectUpgrade } from './read.js';
import { planOf, upgradeOf } from './rows.js';
import type { Schema } from './schema.js';
import { statement } from './statement.js';
import { write } from './write.js';

const QUEUED = sql.lit<RolloutStatus>('queued');
const PENDING = sql.lit<EnvironmentPlan['status']>('pending');

interface Which {
  readonly upgradeId: string;
}

const selectPending = statement((db, { upgradeId }: Which) =>
  db
    .selectFrom('plans')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .where('status', '=', PENDING)
    .orderBy('seq')
    .compile(),
);

const CODE = sql<ReasonCode | null>`reason ->> '$.code'`;

const selectTally = statement((db, { upgradeId }: Which) =>
  db
    .selectFrom('rollouts')
    .select(({ fn }) => ['status', CODE.as('reason'), fn.countAll<number>().as('count')])
    .where('upgrade_id', '=', upgradeId)
    .groupBy(['status', CODE])
    .compile(),
);

const selectBegun = statement((db, { upgradeId }: Which) =>
  db
    .selectFrom('rollouts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('upgrade_id', '=', upgradeId)
    .where('status', '=', QUEUED)
    .where('attempt', 'is not', null)
    .where(sql<boolean>`(attempt ->> '$.open' or attempt ->> '$.restoring')`)
    .compile(),
);

export async function standing(db: Kysely<Schema>, upgradeId: string): Promise<Standing | null> {
  const [row] = (await selectUpgrade(db, { upgradeId })).rows;
  if (!row) return null;
  const pending = await selectPending(db, { upgradeId });
  const tally: readonly TallyRow[] = (await selectTally(db, { upgradeId })).rows;
  const [begun] = (await selectBegun(db, { upgradeId })).rows;
  return {
    upgrade: upgradeOf(row),
    pending: pending.rows.map((plan) => planOf(plan, [])),
    tally,
    begun: begun?.count ?? 0,
  };
}

/** Writes what is chosen on where an upgrade stands. One step only inside a transaction. */
export async function writeChosen(
  db: Kysely<Schema>,
  upgradeId: string,
  choose: Choose,
): Promise<Written | null> {
  const stored = await standing(db, upgradeId);
  if (!stored) throw notStored(upgradeId);
  const change = await choose(stored, async () => {
    const record = await find(db, upgradeId);
    if (record) return record;
    throw notStored(upgradeId);
  });
  return change && write(db, change);
}
