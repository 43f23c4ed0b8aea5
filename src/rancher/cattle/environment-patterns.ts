import { RE2JS } from 're2js';
import { messageOf } from '../../common/errors.js';

/** A regular expression that selects the environments in whose name it is found. */
export interface EnvironmentPattern {
  readonly text: string;
  readonly expression: RE2JS;
}

export type ReadPatterns =
  | { readonly ok: true; readonly patterns: readonly EnvironmentPattern[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Whether an environment is selected, in a word why, and what may not be meant so; null: no doubt. */
export interface Standing {
  readonly isSelected: boolean;
  readonly why: string;
  readonly doubt: string | null;
}

/** Requests to environments in other states are refused. */
const IN_USE: ReadonlySet<string> = new Set(['active', 'upgrading']);

const EMPTY = 'has an empty pattern, which would select every environment: write .* to mean that';

/** Reads patterns in RE2's syntax from a JSON array of strings, or from what stands between commas. */
export function readPatterns(value: string): ReadPatterns {
  const texts = (jsonStrings(value) ?? value.split(',')).map((text) => text.trim());
  const patterns: EnvironmentPattern[] = [];
  const problems: string[] = [];
  if (texts.length === 0) problems.push('must have at least one pattern');
  if (texts.includes('')) problems.push(EMPTY);
  for (const text of texts) {
    try {
      patterns.push({ text, expression: RE2JS.compile(text) });
    } catch (error) {
      const why = messageOf(error).replace(/^.*error parsing regexp: /, '');
      problems.push(`has the pattern ${text}, which cannot be read: ${why}`);
    }
  }
  return problems.length === 0 ? { ok: true, patterns } : { ok: false, problems };
}

/** How an environment stands to the settings; `only`: the id of the only one that may be selected, null: any may. */
export function standingOf(
  environment: { readonly id: string; readonly name: string; readonly state: string },
  only: string | null,
  patterns: readonly EnvironmentPattern[],
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

function leftOut(why: string): Standing {
  return { isSelected: false, why, doubt: null };
}

function doubtOf({ text, expression }: EnvironmentPattern, name: string): string | null {
  if (expression.matches(name)) return null;
  return `the pattern ${text} selects ${name}, of whose name it is only a part: write ${anchored(text)} if that is not meant`;
}

/** `^prod|dev$` has two halves, each with one anchor: an alternation is anchored as a whole only in a group. */
function anchored(text: string): string {
  const bare = text.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  return bare.includes('|') ? `^(?:${bare})$` : `^${bare}$`;
}

function jsonStrings(value: string): readonly string[] | null {
  try {
    const parsed: unknown = JSON.parse(value);
    const isStrings = Array.isArray(parsed) && parsed.every((one) => typeof one === 'string');
    return isStrings ? parsed : null;
  } catch {
    return null;
  }
}
