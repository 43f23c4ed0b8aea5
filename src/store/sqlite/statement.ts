import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Schema } from './schema.js';

/** Stands in a statement's text for a value that is given when it is run. */
class Parameter {
  constructor(readonly name: string) {}
}

/**
 * A statement whose text is always the same. Kysely takes longer to write most statements than SQLite takes to run them: this one
 * is written once.
 *
 * `build` is called before the first run. It may do nothing with the values but put them into the statement, where each stands
 * for those of all runs, which therefore have the same names.
 */
export function statement<Values extends object, Row>(
  build: (db: Kysely<Schema>, values: Values) => CompiledQuery<Row>,
): (db: Kysely<Schema>, values: Values) => Promise<QueryResult<Row>> {
  let built: { readonly query: CompiledQuery<Row>; readonly names: number } | null = null;
  return async (db, values) => {
    const given = new Map(Object.entries(values));
    built ??= { query: build(db, placeholders(values)), names: given.size };
    const { query, names } = built;
    if (given.size !== names) throw new TypeError(`${query.sql} is run with values of other names`);
    const parameters = query.parameters.map((value) =>
      value instanceof Parameter ? given.get(value.name) : value,
    );
    return db.executeQuery({ ...query, parameters });
  };
}

function placeholders<Values extends object>(values: Values): Values {
  const names = Object.keys(values);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(names.map((name) => [name, new Parameter(name)])) as Values;
}
