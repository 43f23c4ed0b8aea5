import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Schema } from './schema.js';

/** Stands in a statement's text for a value that is given when it is run. */
class Parameter {
  constructor(readonly name: string) {}
}

/**
 * A statement whose text is always the same. Kysely takes longer to write most statements than SQLite takes to run them: this one is
 * written once.
 *
 * `build` is called before the first run. It may do nothing with the values but put them into the statement, where each stands
 * for those of all runs.
 */
export function statement<Values extends object, Row>(
  build: (db: Kysely<Schema>, values: Values) => CompiledQuery<Row>,
): (db: Kysely<Schema>, values: Values) => Promise<QueryResult<Row>> {
  let built: CompiledQuery<Row> | null = null;
  return (db, values) => {
    built ??= build(db, placeholders(values));
    const given = new Map(Object.entries(values));
    const parameters = built.parameters.map((value) =>
      value instanceof Parameter ? given.get(value.name) : value,
    );
    return db.executeQuery({ ...built, parameters });
  };
}

function placeholders<Values extends object>(values: Values): Values {
  const names = Object.keys(values);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(names.map((name) => [name, new Parameter(name)])) as Values;
}
