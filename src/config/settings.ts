/**
 * A settings class names its variables by its properties; initialisers are the defaults, class-validator decorators the
 * rules. Reading never throws: problems are collected and reported together before anything starts.
 */
export interface SettingsType<T extends object = object> {
  new (): T;
  /** Variables whose values must never be shown; each can also come from a file, by NAME_FILE. */
  readonly secrets?: readonly string[];
  /** Other names under which a variable is looked for when it is not set itself, in order. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
}
