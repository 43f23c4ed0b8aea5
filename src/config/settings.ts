/** What is wrong with a variable: `message` goes on after its name ("must be …") and never shows the value of a secret. */
export interface SettingsProblem {
  readonly variable: string;
  readonly message: string;
}

/**
 * A settings class names its variables by its properties; initialisers are the defaults, the decorators of
 * `decorators.ts` the rules. What no decorator can say, a method `problems()` says. Reading never throws: problems are
 * collected and reported together before anything starts.
 *
 * ```ts
 * export class PatternSettings implements SelfChecking {
 *   static readonly secrets = ['AUTOUPDATE_TOKEN'];
 *   @Required() @Text() readonly AUTOUPDATE_TOKEN: string = '';
 *   @Text() readonly AUTOUPDATE_PATTERN: string | undefined = undefined;
 *
 *   problems(): readonly SettingsProblem[] { … }
 * }
 * ```
 *
 * The module of the class has `provideSettings(PatternSettings)` among its providers.
 */
export interface SettingsType<T extends object = object> {
  new (): T;
  /** Variables whose values must never be shown; each can also come from a file, by NAME_FILE. */
  readonly secrets?: readonly string[];
  /** Names under which a variable counts as well, without a warning, but must not contradict it. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  /** Names that a variable once had: they still count, with a warning, but must not contradict the variable. */
  readonly deprecated?: Readonly<Record<string, readonly string[]>>;
}

/** A settings class that has rules beyond its decorators. */
export interface SelfChecking {
  /** Asked once all variables are read; one that breaks its own decorators' rules has its default by then. */
  problems(): readonly SettingsProblem[];
}

/** A settings class whose variables hold more than one secret. */
export interface HoldingSecrets {
  /** Values inside its variables, by these, that must never be shown, even by themselves; also of one that has problems. */
  innerSecrets(): Readonly<Record<string, readonly string[]>>;
}

/** A settings class whose variables can be usable, but hardly meant so. */
export interface Doubting {
  /** Whole sentences for the log, asked for like `problems()`; they never show the value of a secret. */
  doubts(): readonly string[];
}
