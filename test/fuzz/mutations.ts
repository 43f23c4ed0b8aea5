import fc from 'fast-check';
import { anyText, anyValue } from './texts.js';

/** What a server in Cattle's place makes of its answers, and of its events. */
export interface Mutation {
  /** Which answers: their paths contain it. */
  readonly of: string;
  /**
   * Which part of the JSON: by position level by level, where deeper than it goes means the deepest; or one of those with this
   * name, counted as they come.
   */
  readonly at: readonly number[] | Named;
  readonly how: How;
}

interface Named {
  readonly name: string;
  readonly nth: number;
}

type How =
  | { readonly is: 'replaced'; readonly by: unknown }
  | { readonly is: 'removed' }
  | { readonly is: 'doubled' }
  /** Instead of the whole answer. */
  | { readonly is: 'whole'; readonly text: string; readonly status: number };

/** The first is in all of them. */
const PLACES = [
  '/',
  '/services/1s',
  '/projects?',
  '/projects',
  '/stacks',
  '/services',
  '/services/',
  '/instances',
  'action=',
  'event',
];
/** What is read of Cattle's objects. */
const READ =
  `id type name state stackId healthState system retainIp scale transitioningMessage actions launchConfig
  secondaryLaunchConfigs upgrade inServiceStrategy batchSize imageUuid labels version networkLaunchConfig createdTS
  dataVolumesFromLaunchConfigs healthCheck startCount externalId dataVolumeMounts data pagination next resource
  resourceId resourceType`.split(/\s+/);
const STATUSES = [200, 201, 202, 204, 299, 301, 302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 599];
const DEEP = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;

/** @param secrets what an answer repeats to us that refuses us */
export function anyMutation(secrets: readonly string[]): fc.Arbitrary<Mutation> {
  const repeated = secrets.map((secret) =>
    JSON.stringify({ type: 'error', message: secret, detail: secret }),
  );
  const text = fc.oneof(anyText(), anyValue().map(asText), fc.constantFrom(DEEP, '<html>'));
  const whole = fc.record({ is: fc.constant('whole' as const), text, status: fc.constantFrom(...STATUSES) });
  // A success may say what it likes, names of services for instance: it is not asked to keep our secrets.
  const refusal = fc.record({
    is: fc.constant('whole' as const),
    text: fc.constantFrom(...secrets, ...repeated),
    status: fc.constantFrom(...STATUSES.filter((status) => status >= 300)),
  });
  const how: fc.Arbitrary<How> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ is: fc.constant('replaced' as const), by: anyValue() }) },
    { weight: 2, arbitrary: fc.constant({ is: 'removed' as const }) },
    { weight: 1, arbitrary: fc.constant({ is: 'doubled' as const }) },
    { weight: 2, arbitrary: whole },
    { weight: 3, arbitrary: refusal },
  );
  return fc.record({
    of: fc.constantFrom(...PLACES),
    at: fc.oneof(
      fc.array(fc.nat(40), { minLength: 1, maxLength: 7 }),
      fc.record({ name: fc.constantFrom(...READ), nth: fc.nat(5) }),
    ),
    how,
  });
}

/** A copy of JSON in which one part is otherwise, or one of those with a name. */
export function mutated(json: unknown, at: Mutation['at'], how: How): unknown {
  if ('name' in at) return renewed(json, at, how);
  const [position = 0, ...deeper] = at;
  if (Array.isArray(json)) {
    const index = position % Math.max(1, json.length);
    return json.flatMap((part, other) => (other === index ? changed(part, deeper, how) : [part]));
  }
  if (typeof json !== 'object' || json === null) return how.is === 'replaced' ? how.by : json;
  const entries = Object.entries(json);
  const index = position % Math.max(1, entries.length);
  return Object.fromEntries(
    entries.flatMap(([key, part], other) =>
      other === index ? changed(part, deeper, how).map((now) => [key, now]) : [[key, part]],
    ),
  );
}

function renewed(json: unknown, { name, nth }: Named, how: How): unknown {
  let seen = 0;
  function walk(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).flatMap(([key, value]) =>
        key === name && seen++ === nth
          ? changed(value, [], how).map((now) => [key, now])
          : [[key, walk(value)]],
      ),
    );
  }
  return walk(json);
}

/** What stands in the place of a part: nothing, the part, or more than one of it. */
function changed(part: unknown, deeper: readonly number[], how: How): readonly unknown[] {
  if (deeper.length > 0 && typeof part === 'object' && part !== null) return [mutated(part, deeper, how)];
  if (how.is === 'removed') return [];
  if (how.is === 'doubled') return [part, part];
  return [how.is === 'replaced' ? how.by : part];
}

function asText(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
