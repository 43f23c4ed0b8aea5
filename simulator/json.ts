/** A JSON object whose fields nobody has checked yet. */
export interface JsonObject {
  readonly [field: string]: unknown;
}

/** Whether a value is a JSON object, neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
