import type { Schema } from './json-schema.js';

/** What comes in one form. */
export interface Media {
  readonly schema: Schema;
  /** By their names; all of them stand among the document's components. */
  readonly examples?: Readonly<Record<string, Reference>>;
  readonly example?: unknown;
}

/** Leads to something that stands elsewhere in the document. */
export interface Reference {
  readonly $ref: string;
}

/** A header of an answer. */
export interface Header {
  readonly description: string;
  /** Whether it is always there. */
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** Where an answer leads: how what it says is asked with next. */
interface Link {
  readonly operationId: string;
  readonly description: string;
  /** By the names of parameters: where in the answer their values are. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, Media>>;
  readonly links?: Readonly<Record<string, Link>>;
}

/** Values that stand among the document's components, by their names. */
export type Examples = Readonly<Record<string, { readonly value: unknown }>>;

/** By their statuses. */
export type Answers = Readonly<Record<string, Answer>>;

/** An answer in JSON. */
export function json(description: string, schema: Schema, example?: unknown): Answer {
  const shown = example !== undefined && { example };
  return { description, content: { 'application/json': { schema, ...shown } } };
}
