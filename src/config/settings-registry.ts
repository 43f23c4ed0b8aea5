import { nearest } from './nearest.js';
import { readSettings, variableNames, type Reading } from './settings-reader.js';
import type { SettingsProblem, SettingsType } from './settings.js';
import { given, namesOf, type SecretValue, type Variables } from './variable.js';

const PREFIX = 'AUTOUPDATE_';

/** The settings do not allow a start; the message has a line for every problem and every warning, and no secret. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';

  constructor(
    readonly problems: readonly SettingsProblem[],
    warnings: readonly string[] = [],
  ) {
    const besides = warnings.length > 0 ? `\n${paragraph('Besides:', warnings)}` : '';
    super(paragraph('The settings are not usable:', problems.map(sentence)) + besides);
  }
}

/** All settings classes of the application, read when it is put together; `check` tells what is wrong with them. */
export class SettingsRegistry {
  private readonly readings: ReadonlyMap<SettingsType, Reading>;

  constructor(
    private readonly variables: Variables,
    readonly settings: readonly SettingsType[],
  ) {
    this.readings = new Map(settings.map((type) => [type, readSettings(type, variables)]));
  }

  get<T extends object>(type: SettingsType<T>): T {
    const settings = this.readings.get(type)?.settings;
    if (settings instanceof type) return settings;
    throw new Error(`${type.name} is in no module's providers: add provideSettings(${type.name})`);
  }

  /** @throws InvalidSettings with all problems of all settings together, and with the warnings, which may explain them. */
  check(): void {
    const problems = [...this.readings.values()].flatMap((reading) => reading.problems);
    if (problems.length > 0) throw new InvalidSettings(problems, this.warnings());
  }

  /** What is set and works, but hardly as meant. */
  warnings(): readonly string[] {
    return [...[...this.readings.values()].flatMap((reading) => reading.warnings), ...this.unknown()];
  }

  /** Every value that must never be shown. */
  secrets(): readonly string[] {
    return this.secretValues().map(({ value }) => value);
  }

  /** The variables with a secret of which that is so, each once. */
  variablesWith(isSo: (secret: string) => boolean): readonly string[] {
    const found = this.secretValues().filter(({ value }) => isSo(value));
    return [...new Set(found.map(({ variable }) => variable))];
  }

  private secretValues(): readonly SecretValue[] {
    return [...this.readings.values()].flatMap((reading) => reading.secrets);
  }

  private unknown(): readonly string[] {
    const known = this.settings.flatMap((type) => variableNames(type).flatMap((name) => namesOf(type, name)));
    return Object.keys(this.variables)
      .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && given(name, this.variables))
      .map((name) => `${name} is not known and does nothing: did you mean ${nearest(name, known)}?`);
  }
}

function sentence(problem: SettingsProblem): string {
  return `${problem.variable} ${problem.message}`;
}

function paragraph(title: string, lines: readonly string[]): string {
  return [title, ...lines].join('\n  ');
}
