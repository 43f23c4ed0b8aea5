import { RE2JS } from 're2js';
import { messageOf } from './errors.js';

/** A regular expression that selects what has a name in which it is found. */
export interface NamePattern {
  readonly text: string;
  readonly expression: RE2JS;
}

export type ReadPatterns =
  | { readonly ok: true; readonly patterns: readonly NamePattern[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const EMPTY = 'has an empty pattern, which would select every environment: write .* to mean that';

/** Instructions of a compiled pattern, and characters of a name: the time to look for one in the other is their product. */
const MAX_PROGRAM_SIZE = 2_000;
/** Four times what Rancher takes. */
const MAX_NAME_LENGTH = 1_000;

/** Reads patterns in RE2's syntax from a JSON array of strings, or from what stands between commas. */
export function readPatterns(value: string): ReadPatterns {
  const texts = (jsonStrings(value) ?? value.split(',')).map((text) => text.trim());
  const patterns: NamePattern[] = [];
  const problems: string[] = [];
  if (texts.length === 0) problems.push('must have at least one pattern');
  if (texts.includes('')) problems.push(EMPTY);
  for (const text of texts) {
    try {
      const expression = RE2JS.compile(text);
      if (expression.programSize() <= MAX_PROGRAM_SIZE) patterns.push({ text, expression });
      else problems.push(`has the pattern ${text.slice(0, 40)}…, which is too large: make several of it`);
    } catch (error) {
      const why = messageOf(error).replace(/^.*error parsing regexp: /, '');
      problems.push(`has the pattern ${text}, which cannot be read: ${why}`);
    }
  }
  return problems.length === 0 ? { ok: true, patterns } : { ok: false, problems };
}

/** Whether one of the patterns is found in the name; never in one that is longer than any name is. */
export function isFoundIn(name: string, patterns: readonly NamePattern[]): boolean {
  return name.length <= MAX_NAME_LENGTH && patterns.some(({ expression }) => expression.matcher(name).find());
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
