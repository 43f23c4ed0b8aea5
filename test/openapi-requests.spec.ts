import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import fc from 'fast-check';
import { AuditRequest } from '../src/audit/audit.dto.js';
import { UpdaterError } from '../src/common/errors.js';
import { DtoPipe } from '../src/http/bodies/dto.pipe.js';
import type { Schema } from '../src/openapi/json-schema.js';
import {
  DecideRequest,
  EventsRequest,
  FindRequest,
  ListRequest,
  PageRequest,
  UpgradeRequest,
} from '../src/upgrade/routes/upgrade.dto.js';
import { DOCUMENT, newAjv } from './harness/documented.js';
import { bodyFor, queryFor, typedQuery } from './harness/requests.js';

type Dto = new () => object;

const SEED = 20_161_014;
const RUNS = 1500;

const { schemas } = DOCUMENT.components;

const BODIES: readonly (readonly [string, Dto])[] = [
  ['UpgradeRequest', UpgradeRequest],
  ['DecideRequest', DecideRequest],
];

const QUERIES: readonly (readonly [string, 'get' | 'post', Dto])[] = [
  ['/upgrades', 'get', ListRequest],
  ['/upgrades/{id}', 'get', FindRequest],
  ['/upgrades/{id}/confirm', 'post', DecideRequest],
  ['/upgrades/{id}/rollback', 'post', DecideRequest],
  ['/upgrades/{id}/cancel', 'post', DecideRequest],
  ['/upgrades/{id}/events', 'get', EventsRequest],
  ['/events', 'get', EventsRequest],
  ['/services/{environment}/{service}/upgrades', 'get', PageRequest],
  ['/audit', 'get', AuditRequest],
];

/** The query of a route, as the schema of an object. */
function querySchema(path: string, method: 'get' | 'post'): Schema {
  const parameters = DOCUMENT.paths[path]?.[method]?.parameters ?? [];
  const own = parameters.filter((parameter) => parameter.in === 'query');
  const properties = Object.fromEntries(own.map(({ name, schema }) => [name, schema]));
  return { type: 'object', properties, additionalProperties: false };
}

async function isTaken(dto: Dto, type: 'body' | 'query', value: unknown): Promise<boolean> {
  try {
    await new DtoPipe().transform(structuredClone(value), { type, metatype: dto });
    return true;
  } catch (error) {
    if (error instanceof UpdaterError) return false;
    throw error;
  }
}

function rulesOf(dto: Dto): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))].toSorted();
}

function namesIn({ properties }: Schema): readonly string[] {
  return Object.keys(properties as object).toSorted();
}

/** What the service takes for what is not sent, as far as it is not required. */
function defaultsOf(dto: Dto, { required }: Schema): Readonly<Record<string, unknown>> {
  const needed = new Set(Array.isArray(required) ? (required as string[]) : []);
  const all = Object.entries(new dto()).filter(([name, value]) => value !== undefined && !needed.has(name));
  return Object.fromEntries(all);
}

function toldDefaults({ properties }: Schema): Readonly<Record<string, unknown>> {
  const all = Object.entries(properties as Record<string, Schema>).filter(([, field]) => 'default' in field);
  return Object.fromEntries(all.map(([name, field]) => [name, field['default']]));
}

describe.each(BODIES)('the schema %s', (name, dto) => {
  const schema = schemas[name] ?? {};

  it('has the fields of the class that checks the body, and its defaults', () => {
    expect(namesIn(schema)).toEqual(rulesOf(dto));
    expect(toldDefaults(schema)).toEqual(defaultsOf(dto, schema));
  });

  it('lets through what the service takes, and nothing else', async () => {
    const isRight = newAjv().compile(schema);
    const seen = { taken: 0, refused: 0 };

    await fc.assert(
      fc.asyncProperty(bodyFor(schema), async (body) => {
        const taken = await isTaken(dto, 'body', body);
        seen[taken ? 'taken' : 'refused'] += 1;
        expect(isRight(body)).toBe(taken);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(RUNS / 20);
  });
});

describe.each(QUERIES)('the query of %s (%s)', (path, method, dto) => {
  const schema = querySchema(path, method);

  it('has the fields of the class that checks it, and its defaults', () => {
    const isPaged = dto === AuditRequest ? { limit: 20 } : {};

    expect(namesIn(schema)).toEqual(rulesOf(dto));
    expect(toldDefaults(schema)).toEqual({ ...isPaged, ...defaultsOf(dto, schema) });
  });

  it('lets through what the service takes, and nothing else', async () => {
    const isRight = newAjv().compile(schema);
    const seen = { taken: 0, refused: 0 };

    await fc.assert(
      fc.asyncProperty(queryFor(schema), async (query) => {
        const taken = await isTaken(dto, 'query', query);
        seen[taken ? 'taken' : 'refused'] += 1;
        expect(isRight(typedQuery(schema, query))).toBe(taken);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(RUNS / 20);
  });
});
