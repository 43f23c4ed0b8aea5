/** A JSON Schema (2020-12), which is what OpenAPI 3.1 has for schemas. */
export type Schema = Readonly<Record<string, unknown>>;

export function text(description: string, limits: Schema = {}): Schema {
  return { type: 'string', description, ...limits };
}

/** A whole number between two limits, both allowed. */
export function wholeNumber(description: string, limits: Schema = {}): Schema {
  return { type: 'integer', description, ...limits };
}

export function flag(description: string, limits: Schema = {}): Schema {
  return { type: 'boolean', description, ...limits };
}

/** One of these words. */
export function oneOf(words: readonly string[], description: string): Schema {
  return { type: 'string', enum: words, description };
}

/** A moment, in ISO 8601 and UTC. */
export function moment(description: string): Schema {
  return text(description, { format: 'date-time' });
}

export function listOf(items: Schema, description?: string): Schema {
  return { type: 'array', items, ...(description !== undefined && { description }) };
}

/** An object that always has all of these fields, but for the optional ones. Readers have to bear new ones. */
export function answer(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties };
}

/** An object that is sent: any other field is refused. */
export function request(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  const isRequired = required.length > 0 && { required };
  return { type: 'object', ...isRequired, properties, additionalProperties: false };
}

/** What may be null besides. */
export function orNull(schema: Schema, description?: string): Schema {
  const told = description !== undefined && { description };
  if ('$ref' in schema) return { anyOf: [schema, { type: 'null' }], ...told };
  const words = Array.isArray(schema['enum']) && { enum: [...(schema['enum'] as unknown[]), null] };
  return { ...schema, type: [schema['type'], 'null'], ...words, ...told };
}

/** The schema of this name in the document. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** What each word means, as a list for people. */
export function meanings(introduction: string, words: Readonly<Record<string, string>>): string {
  const lines = Object.entries(words).map(([word, meaning]) => `- \`${word}\`: ${meaning}`);
  return [introduction, '', ...lines].join('\n');
}
