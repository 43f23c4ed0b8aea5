import type { Insertable, Kysely } from 'kysely';
import { breath, inFews } from '../../common/breath.js';
import type { EnvironmentPlan, Skipped } from '../../domain/upgrade.js';
import { fromJson } from './columns.js';
import type { Schema, SkippedTable } from './schema.js';
import { statement } from './statement.js';

/** So many services are in one row, and so many rows are read at once: everything else has its turn after them. */
const SERVICES_IN_ROW = 100;
const ROWS_AT_ONCE = 10;

type Place = Omit<Insertable<SkippedTable>, 'services'>;

const deleteParts = statement((db, { upgrade_id, backend, environment_id }: Omit<Place, 'part'>) =>
  db
    .deleteFrom('skipped')
    .where('upgrade_id', '=', upgrade_id)
    .where('backend', '=', backend)
    .where('environment_id', '=', environment_id)
    .compile(),
);

const insertPart = statement((db, row: Insertable<SkippedTable>) =>
  db.insertInto('skipped').values(row).compile(),
);

const selectAfter = statement((db, { upgrade_id, backend, environment_id, part }: Place) =>
  db
    .selectFrom('skipped')
    .selectAll()
    .where('upgrade_id', '=', upgrade_id)
    .where((eb) =>
      eb(eb.refTuple('backend', 'environment_id', 'part'), '>', eb.tuple(backend, environment_id, part)),
    )
    .orderBy('backend')
    .orderBy('environment_id')
    .orderBy('part')
    .limit(ROWS_AT_ONCE)
    .compile(),
);

/** Writes the services that a plan leaves as they are, in place of those that it left before. */
export async function writeSkipped(db: Kysely<Schema>, plan: EnvironmentPlan): Promise<void> {
  const { backend, id } = plan.environment;
  const planned = { upgrade_id: plan.upgradeId, backend, environment_id: id };
  await deleteParts(db, planned);
  for (const [part, services] of inFews(plan.skipped, SERVICES_IN_ROW).entries()) {
    if (part > 0) await breath();
    await insertPart(db, { ...planned, part, services: JSON.stringify(services) });
  }
}

/** The services that the plans of an upgrade leave as they are, by `planKey`. */
export async function skippedBy(
  db: Kysely<Schema>,
  upgradeId: string,
): Promise<ReadonlyMap<string, readonly Skipped[]>> {
  const skipped = new Map<string, Skipped[]>();
  let place: Place = { upgrade_id: upgradeId, backend: '', environment_id: '', part: -1 };
  for (;;) {
    const { rows } = await selectAfter(db, place);
    for (const { services, ...of } of rows) {
      const before = skipped.get(planKey(of));
      if (before) before.push(...fromJson(services));
      else skipped.set(planKey(of), [...fromJson(services)]);
      place = of;
    }
    if (rows.length < ROWS_AT_ONCE) return skipped;
    await breath();
  }
}

/** Tells apart the plans of one upgrade. */
export function planKey({ backend, environment_id }: Pick<Place, 'backend' | 'environment_id'>): string {
  return JSON.stringify([backend, environment_id]);
}
