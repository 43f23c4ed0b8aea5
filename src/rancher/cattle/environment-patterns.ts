import type { NamePattern } from '../../common/name-patterns.js';
import type { Named } from '../../domain/service.js';

/** Whether an environment is selected, in a word why, and what may not be meant so; null: no doubt. */
export interface Standing {
  readonly isSelected: boolean;
  readonly why: string;
  readonly doubt: string | null;
}

/** An environment that the key can see. */
export interface VisibleEnvironment extends Named, Standing {}

/** Requests to environments in other states are refused. */
const IN_USE: ReadonlySet<string> = new Set(['active', 'upgrading']);

/** How an environment stands to the settings; `only`: the id of the only one that may be selected, null: any may. */
export function standingOf(
  environment: { readonly id: string; readonly name: string; readonly state: string },
  only: string | null,
  patterns: readonly NamePattern[],
): Standing {
  const { id, name, state } = environment;
  if (only !== null && id !== only) return leftOut(`CATTLE_URL is that of ${only} alone`);
  if (!IN_USE.has(state)) return leftOut(`it is ${state}`);
  const found =
    patterns.find(({ expression }) => expression.matches(name)) ??
    patterns.find(({ expression }) => expression.matcher(name).find());
  if (!found) return leftOut('no pattern is found in its name');
  return { isSelected: true, why: `by the pattern ${found.text}`, doubt: doubtOf(found, name) };
}

/** Whether every environment is selected, whatever it is called. */
export function selectsAll(patterns: readonly NamePattern[]): boolean {
  return patterns.some(({ text }) => text === '.*');
}

/** The patterns that are found in the name of no environment, whatever else may keep one from being selected. */
export function idleAmong(
  patterns: readonly NamePattern[],
  environments: readonly { readonly name: string }[],
): readonly string[] {
  const isIdle = ({ expression }: NamePattern) =>
    !environments.some(({ name }) => expression.matcher(name).find());
  return patterns.filter(isIdle).map(({ text }) => text);
}

function leftOut(why: string): Standing {
  return { isSelected: false, why, doubt: null };
}

function doubtOf({ text, expression }: NamePattern, name: string): string | null {
  if (expression.matches(name)) return null;
  return `the pattern ${text} selects ${name}, of whose name it is only a part: write ${anchored(text)} if that is not meant`;
}

/** `^prod|dev$` has two halves, each with one anchor: an alternation is anchored as a whole only in a group. */
function anchored(text: string): string {
  const bare = text.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  return bare.includes('|') ? `^(?:${bare})$` : `^${bare}$`;
}
