import { isObject, type JsonObject } from '../json.js';

/** Reads the fields of an object that came from a file or a request, and says where something is wrong. */
export class Fields {
  constructor(
    private readonly object: JsonObject,
    private readonly path: string,
  ) {}

  static of(value: unknown, path: string): Fields {
    if (!isObject(value)) throw new Error(`${path} must be an object.`);
    return new Fields(value, path);
  }

  text(name: string): string {
    return this.need(name, this.maybeText(name), 'text');
  }

  number(name: string): number {
    return this.need(name, this.maybeNumber(name), 'a number');
  }

  maybeText(name: string): string | undefined {
    const value = this.object[name] ?? undefined;
    return value === undefined || typeof value === 'string' ? value : this.wrong(name, 'text');
  }

  maybeNumber(name: string): number | undefined {
    const value = this.object[name] ?? undefined;
    return value === undefined || typeof value === 'number' ? value : this.wrong(name, 'a number');
  }

  maybeBoolean(name: string): boolean | undefined {
    const value = this.object[name] ?? undefined;
    return value === undefined || typeof value === 'boolean' ? value : this.wrong(name, 'true or false');
  }

  maybeObject(name: string): JsonObject | undefined {
    const value = this.object[name] ?? undefined;
    return value === undefined || isObject(value) ? value : this.wrong(name, 'an object');
  }

  /** A text out of a closed list. */
  maybeOneOf<T extends string>(name: string, options: readonly T[]): T | undefined {
    const value = this.maybeText(name);
    if (value === undefined) return undefined;
    return options.find((option) => option === value) ?? this.wrong(name, `one of ${options.join(', ')}`);
  }

  oneOf<T extends string>(name: string, options: readonly T[]): T {
    return this.need(name, this.maybeOneOf(name, options), `one of ${options.join(', ')}`);
  }

  maybeTexts(name: string): readonly string[] | undefined {
    const value = this.object[name] ?? undefined;
    if (value === undefined) return undefined;
    return isTexts(value) ? value : this.wrong(name, 'a list of texts');
  }

  /** Numbers and booleans are taken as text, as YAML writes them easily by mistake. */
  maybeTextMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.maybeObject(name);
    if (value === undefined) return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
  }

  list(name: string): readonly Fields[] {
    const value = this.object[name] ?? [];
    if (!Array.isArray(value)) return this.wrong(name, 'a list');
    return value.map((item, index) => Fields.of(item, `${this.path}.${name}[${index}]`));
  }

  private need<T>(name: string, value: T | undefined, what: string): T {
    return value ?? this.wrong(name, what);
  }

  private wrong(name: string, what: string): never {
    throw new Error(`${this.path}.${name} must be ${what}.`);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
