import { RE2JS } from 're2js';
import { problem } from './version-policy.js';

/** Instructions of a compiled pattern; a larger one would take milliseconds for each tag. */
const MAX_PROGRAM_SIZE = 1_000;

export type TagPattern =
  { readonly ok: true; readonly pattern: RE2JS } | { readonly ok: false; readonly problem: string };

/** Compiles a regular expression in RE2's syntax; never throws. What it matches, it matches in linear time. */
export function compileTagPattern(source: string): TagPattern {
  const shown = JSON.stringify(source);
  try {
    const pattern = RE2JS.compile(source);
    if (pattern.programSize() <= MAX_PROGRAM_SIZE) return { ok: true, pattern };
    return problem(`${shown} repeats too much`);
  } catch (error) {
    const why = String(error).replace(/^.*parsing regexp: /, '');
    return problem(`${shown} is no regular expression of RE2: ${why}`);
  }
}

/** The groups of a match of the whole tag; null: it does not match. A group that took no part is empty. */
export function matchTag(pattern: RE2JS, tag: string): readonly string[] | null {
  const matcher = pattern.matcher(tag);
  if (!matcher.matches()) return null;
  return Array.from({ length: pattern.groupCount() }, (_, index) => matcher.group(index + 1) ?? '');
}
