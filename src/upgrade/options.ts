import { isOff } from '../config/switch-words.js';
import type { UpgradeOptions } from '../domain/upgrade.js';

/** Seconds. What a request or a label may ask for. */
export const TIMEOUT_RANGE = { min: 1, max: 86_400 } as const;

/** Seconds, where nothing else is said. Without a confirmation nobody waits: a short one would only raise false alarms. */
const DEFAULT_TIMEOUT = { confirmed: 30, unconfirmed: 600 } as const;

const TIMEOUT_LABEL = 'autoupdate.timeout';

/** Whether labels opt a service in: one of the names is there, and none says `false`, `no`, `off` or `0`. */
export function optsIn(labels: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  const said = names.flatMap((name) => (Object.hasOwn(labels, name) ? [String(labels[name])] : []));
  return said.length > 0 && said.every((value) => !isOff(value));
}

export type TimeoutLabel =
  { readonly ok: true; readonly seconds: number | null } | { readonly ok: false; readonly problem: string };

/** Reads the service's own timeout; null: it has none. */
export function timeoutLabel(labels: Readonly<Record<string, string>>): TimeoutLabel {
  const text = Object.hasOwn(labels, TIMEOUT_LABEL) ? String(labels[TIMEOUT_LABEL]).trim() : '';
  if (text === '') return { ok: true, seconds: null };
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= TIMEOUT_RANGE.min && seconds <= TIMEOUT_RANGE.max) return { ok: true, seconds };
  return {
    ok: false,
    problem: `the label ${TIMEOUT_LABEL} is ${JSON.stringify(text)}; it takes whole seconds from ${TIMEOUT_RANGE.min} to ${TIMEOUT_RANGE.max}`,
  };
}

/** Seconds a service has from its start: what the request says, else its label, else the setting, else the default. */
export function timeoutOf(
  options: UpgradeOptions,
  labels: Readonly<Record<string, string>>,
  setting: number | undefined,
): number {
  const label = timeoutLabel(labels);
  const unsaid = options.confirm ? DEFAULT_TIMEOUT.confirmed : DEFAULT_TIMEOUT.unconfirmed;
  return options.timeout ?? (label.ok ? label.seconds : null) ?? setting ?? unsaid;
}
