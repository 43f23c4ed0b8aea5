/** Says that the four hexadecimal digits behind it are a UTF-16 code unit. In JSON it never stands unescaped. */
const ESCAPE = '\u0010';

/** Most text, of megabytes sometimes, holds nothing of the kind: this is quick to tell. */
const SUSPECT = new RegExp(`[\\0${ESCAPE}\\ud800-\\udfff]`);

/** SQLite's driver cuts text at NUL, and UTF-8 has no half of a surrogate pair. */
const UNSAFE = new RegExp(`[\\0${ESCAPE}\\p{Surrogate}]`, 'gu');
const ESCAPED = new RegExp(`${ESCAPE}([0-9a-f]{4})`, 'g');

/** Spells any string so that SQLite keeps it whole; equal strings, and only those, stay equal. */
export function toSafeText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(UNSAFE, (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** Undoes `toSafeText`. */
export function fromSafeText(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replace(ESCAPED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
