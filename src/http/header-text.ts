/** Code points of a name. */
export const MAX_NAME = 200;

/** Characters with nothing to see, though some count as letters: U+3164 and its like, the blank of Braille. */
const BLANK = /[\p{Default_Ignorable_Code_Point}\p{Z}\u2800]/gu;

/**
 * The name in a header: UTF-8 where it is that, else Latin-1, which is what headers are to Node; on one line, without
 * characters that are not seen, at most 200 code points long. Null: nothing is left to be seen.
 */
export function readName(value: string): string | null {
  const seen = decoded(value)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  const name = Array.from(seen).slice(0, MAX_NAME).join('');
  return name.replaceAll(BLANK, '') === '' ? null : name;
}

function decoded(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
