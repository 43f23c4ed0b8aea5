import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Doubting, HoldingSecrets, SelfChecking, SettingsProblem, SettingsType } from './settings.js';
import { findVariable, type SecretValue, type Variables } from './variable.js';

/** One settings class, read: always usable as an object, and what is wrong with it. */
export interface Reading {
  readonly settings: object;
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly string[];
  /** Values that must never be shown, in use or not. */
  readonly secrets: readonly SecretValue[];
}

/** Fills a settings class from variables, files of secrets and old names. Never throws. */
export function readSettings(type: SettingsType, variables: Variables): Reading {
  const found = variableNames(type).map((name) => findVariable(type, name, variables));
  const texts = found.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  const settings = plainToInstance(type, Object.fromEntries(texts), { exposeDefaultValues: true });
  const lost = new Set(found.filter((one) => one.lost).map(({ name }) => name));
  return {
    settings,
    problems: [
      ...found.flatMap(({ problems }) => problems),
      ...[...resetBroken(type, settings), ...ownProblems(settings)].filter(
        ({ variable }) => !lost.has(variable),
      ),
    ],
    warnings: [...found.flatMap(({ warnings }) => warnings), ...doubtsIn(settings)],
    secrets: [...found.flatMap(({ name, secrets }) => secretsOf(name, secrets)), ...innerSecrets(settings)],
  };
}

/** The variables of a settings class: its properties. */
export function variableNames(type: SettingsType): readonly string[] {
  return Object.keys(new type());
}

/** What breaks its decorators' rules; it goes back to its default, so that `problems()` sees nothing of a wrong type. */
function resetBroken(type: SettingsType, settings: object): readonly SettingsProblem[] {
  const defaults = new Map(Object.entries(new type()));
  return validateSync(settings, { forbidUnknownValues: false }).map(({ property, constraints }) => {
    Reflect.set(settings, property, defaults.get(property));
    return { variable: property, message: Object.values(constraints ?? {}).join(', ') };
  });
}

function ownProblems(settings: object): readonly SettingsProblem[] {
  return isSelfChecking(settings) ? settings.problems() : [];
}

function isSelfChecking(settings: object): settings is SelfChecking {
  return 'problems' in settings && typeof settings.problems === 'function';
}

function doubtsIn(settings: object): readonly string[] {
  return isDoubting(settings) ? settings.doubts() : [];
}

function isDoubting(settings: object): settings is Doubting {
  return 'doubts' in settings && typeof settings.doubts === 'function';
}

function innerSecrets(settings: object): readonly SecretValue[] {
  const inner = isHoldingSecrets(settings) ? settings.innerSecrets() : {};
  return Object.entries(inner).flatMap(([variable, values]) => secretsOf(variable, values));
}

function secretsOf(variable: string, values: readonly string[]): readonly SecretValue[] {
  return values.map((value) => ({ variable, value }));
}

function isHoldingSecrets(settings: object): settings is HoldingSecrets {
  return 'innerSecrets' in settings && typeof settings.innerSecrets === 'function';
}
