import type { Answer, Answers, Media } from './answers.js';
import type { Schema } from './json-schema.js';
import { ALWAYS, CHANGING, refusalAnswers, type RefusalCode } from './refusals.js';

export type Tag = 'Publishing' | 'Reading' | 'Deciding' | 'Services' | 'Operating';
type Method = 'get' | 'post' | 'delete';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

interface Body {
  readonly required: boolean;
  readonly content: { readonly 'application/json': Media };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [Tag];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Body;
  readonly responses: Answers;
}

/** By their paths, then by their methods. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

/** What there is to say about a route. */
interface RouteFacts {
  /** For programs that are made from the document. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: Body;
  /** Where nothing has failed. */
  readonly answers: Answers;
  /** Besides those of every request of its kind. */
  readonly refusals?: readonly RefusalCode[];
  /** It is answered to whoever asks, also where a name is required. */
  readonly isOpen?: boolean;
}

/** A route that only reads. */
export function reading(facts: RouteFacts): Operation {
  return operation(facts, []);
}

/** A route that changes something. */
export function changing(facts: RouteFacts): Operation {
  return operation(facts, CHANGING);
}

function operation(facts: RouteFacts, kind: readonly RefusalCode[]): Operation {
  const { id, tag, summary, description, parameters, body, answers, refusals = [], isOpen = false } = facts;
  const named: readonly RefusalCode[] = isOpen ? [] : ['request.unidentified'];
  const refused = refusalAnswers([...ALWAYS, ...named, ...kind, ...refusals]);
  const all = Object.entries({ ...answers, ...refused });
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
    ...(body && { requestBody: body }),
    responses: Object.fromEntries(all.map(([status, one]) => [status, withRequestId(one)])),
  };
}

const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };

/** The same; it says which request it is about. */
export function withRequestId({ headers, ...answer }: Answer): Answer {
  return { ...answer, headers: { ...REQUEST_ID, ...headers } };
}

export function query(name: string, schema: Schema, description?: string): Parameter {
  return { name, in: 'query', schema, ...(description !== undefined && { description }) };
}

export function inPath(name: string, schema: Schema, example: string): Parameter {
  return { name, in: 'path', required: true, schema, example };
}

export function header(name: string, schema: Schema): Parameter {
  return { name, in: 'header', schema };
}
