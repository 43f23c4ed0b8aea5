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

/** Reads patterns in RE2's syntax from a JSON array of strings, or from what stands between commas. */
export function readPatterns(value: string): ReadPatterns {
  const texts = (jsonStrings(value) ?? value.split(',')).map((text) => text.trim());
  const patterns: NamePattern[] = [];
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

/** Whether one of the patterns is found in the name. */
export function isFoundIn(name: string, patterns: readonly NamePattern[]): boolean {
  return patterns.some(({ expression }) => expression.matcher(name).find());
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
