import { readFileSync } from 'node:fs';
import type { SettingsProblem, SettingsType } from './settings.js';

/** Environment variables as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A value that must never be shown, and the variable that it is in. */
export interface SecretValue {
  readonly variable: string;
  readonly value: string;
}

/** What the environment says for one variable of a settings class. */
export interface Found {
  readonly name: string;
  readonly value: string | undefined;
  /** It should come from a file, and that does not give it. */
  readonly lost: boolean;
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly string[];
  /** Values that must never be shown, in use or not. */
  readonly secrets: readonly string[];
}

interface SecretFile {
  readonly value?: string;
  readonly problem?: string;
}

/** Looks for a variable under its name, in its file, and under its other and its old names, in this order. */
export function findVariable(type: SettingsType, name: string, variables: Variables): Found {
  const plain = given(name, variables);
  const path = isSecret(type, name) ? given(fileVariable(name), variables) : undefined;
  const file = path === undefined ? {} : readSecretFile(path);
  const isGiven = (other: string) => given(other, variables) !== undefined;
  const old = (type.deprecated?.[name] ?? []).filter(isGiven);
  const others = [...(type.aliases?.[name] ?? []).filter(isGiven), ...old];
  const values = [plain, file.value, ...others.map((other) => given(other, variables))];
  const value = values.find((one) => one !== undefined);
  const contradicting = others.filter((other) => given(other, variables) !== value);
  return {
    name,
    value,
    lost: file.problem !== undefined,
    problems: [
      ...(file.problem === undefined ? [] : [{ variable: fileVariable(name), message: file.problem }]),
      ...(plain !== undefined && path !== undefined ? [bothSet(name, fileVariable(name))] : []),
      ...contradicting.map((other) => bothSet(name, other)),
    ],
    warnings: old.map((other) => `${other} is an old name of ${name}: use the new one`),
    secrets: isSecret(type, name) ? values.filter((one) => one !== undefined) : [],
  };
}

/** Every name under which a variable is looked for. */
export function namesOf(type: SettingsType, name: string): readonly string[] {
  const file = isSecret(type, name) ? [fileVariable(name)] : [];
  return [name, ...file, ...(type.aliases?.[name] ?? []), ...(type.deprecated?.[name] ?? [])];
}

/** What is set; an empty variable is an unset one, and white space around a value does not count. */
export function given(name: string, variables: Variables): string | undefined {
  return variables[name]?.trim() || undefined;
}

function isSecret(type: SettingsType, name: string): boolean {
  return type.secrets?.includes(name) ?? false;
}

function fileVariable(name: string): string {
  return `${name}_FILE`;
}

function bothSet(variable: string, other: string): SettingsProblem {
  return { variable, message: `and ${other} are both set: keep one of them` };
}

function readSecretFile(path: string): SecretFile {
  try {
    const value = readFileSync(path, 'utf8').trim();
    return value === '' ? { problem: 'names a file that is empty' } : { value };
  } catch (error) {
    return { problem: `names a file that cannot be read (${errorCode(error)})` };
  }
}

/** By what a system call says why it failed. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown reason';
}
