import type { Schema } from './json-schema.js';

/** What comes in one form. */
export interface Media {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, Media>>;
}

/** By their statuses. */
export type Answers = Readonly<Record<string, Answer>>;

/** An answer in JSON. */
export function json(description: string, schema: Schema, example?: unknown): Answer {
  const shown = example !== undefined && { example };
  return { description, content: { 'application/json': { schema, ...shown } } };
}
