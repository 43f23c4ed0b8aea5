import { isOff } from '../config/switch-words.js';
import { ON_FAILURE, type Leftover, type OnFailure } from '../domain/rollout.js';
import type { UpgradeOptions } from '../domain/upgrade.js';
import { NO_CHANNEL } from '../notify/channel.js';

/** Seconds. What a request or a label may ask for. */
export const TIMEOUT_RANGE = { min: 1, max: 86_400 } as const;

/** Seconds. How long new containers can be asked to be sound before an upgrade is finished. */
export const BAKE_RANGE = { min: 0, max: 86_400 } as const;

/**
 * Seconds, where nothing else is said. Without a confirmation nobody waits, and a short one would only raise false alarms;
 * what is rolled back by itself needs time to prove itself.
 */
const DEFAULT_TIMEOUT = 30;
const PATIENT_TIMEOUT = 600;

type Labels = Readonly<Record<string, string>>;

/** What variables say where neither the request nor a label does; undefined: nothing. */
export interface Defaults {
  readonly timeout: number | undefined;
  readonly onFailure: OnFailure;
  readonly leftover: Leftover;
  readonly bake: number;
}

/** How one service is upgraded. */
export interface Resolved {
  /** Seconds the service has from its start. */
  readonly timeout: number;
  readonly onFailure: OnFailure;
  readonly leftover: Leftover;
  /** Seconds. */
  readonly bake: number;
}

/** Whether labels opt a service in: one of the names is there, and none says `false`, `no`, `off` or `0`. */
export function optsIn(labels: Labels, names: readonly string[]): boolean {
  const said = names.flatMap((name) => (Object.hasOwn(labels, name) ? [String(labels[name])] : []));
  return said.length > 0 && said.every((value) => !isOff(value));
}

/** What is wrong with the labels that say how the service is upgraded; null: nothing. */
export function labelProblem(labels: Labels): string | null {
  const labelsRead = [timeoutLabel(labels), bakeLabel(labels), onFailureLabel(labels)];
  return labelsRead.flatMap((label) => (label.ok ? [] : [label.problem]))[0] ?? null;
}

/** The channels that a service's label names, in small letters; `none` is no channel. Null: the label says nothing. */
export function notifyLabel(labels: Labels): readonly string[] | null {
  const text = textOf(labels, 'autoupdate.notify').toLowerCase();
  const words = text.split(',').map((word) => word.trim());
  return text === '' ? null : [...new Set(words)].filter((word) => word !== '' && word !== NO_CHANNEL);
}

/** What the request says, else the service's label, else the variable, else what is usual. */
export function resolved(options: UpgradeOptions, labels: Labels, defaults: Defaults): Resolved {
  const onFailure = options.onFailure ?? valueOf(onFailureLabel(labels)) ?? defaults.onFailure;
  const isPatient = !options.confirm || onFailure === 'rollback';
  const usual = isPatient ? PATIENT_TIMEOUT : DEFAULT_TIMEOUT;
  return {
    timeout: options.timeout ?? valueOf(timeoutLabel(labels)) ?? defaults.timeout ?? usual,
    onFailure,
    leftover: options.leftover ?? defaults.leftover,
    bake: valueOf(bakeLabel(labels)) ?? defaults.bake,
  };
}

/** A label as read; null: the service does not have it. */
type Label<T> =
  { readonly ok: true; readonly value: T | null } | { readonly ok: false; readonly problem: string };

function timeoutLabel(labels: Labels): Label<number> {
  return secondsLabel(labels, 'autoupdate.timeout', TIMEOUT_RANGE);
}

function bakeLabel(labels: Labels): Label<number> {
  return secondsLabel(labels, 'autoupdate.bake', BAKE_RANGE);
}

function onFailureLabel(labels: Labels): Label<OnFailure> {
  const name = 'autoupdate.on_failure';
  const text = textOf(labels, name);
  const word = ON_FAILURE.find((one) => one === text.toLowerCase());
  if (text === '' || word) return { ok: true, value: word ?? null };
  return problem(name, text, `one of ${ON_FAILURE.join(', ')}`);
}

function secondsLabel(
  labels: Labels,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): Label<number> {
  const text = textOf(labels, name);
  if (text === '') return { ok: true, value: null };
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= min && seconds <= max) return { ok: true, value: seconds };
  return problem(name, text, `whole seconds from ${min} to ${max}`);
}

function textOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? String(labels[name]).trim() : '';
}

function valueOf<T>(label: Label<T>): T | null {
  return label.ok ? label.value : null;
}

function problem(name: string, text: string, takes: string): Label<never> {
  return { ok: false, problem: `the label ${name} is ${JSON.stringify(text)}; it takes ${takes}` };
}
