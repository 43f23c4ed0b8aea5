/** Code points of a name. */
export const MAX_NAME = 200;

/** Characters with nothing to see, though some count as letters: U+3164 and its like, the blank of Braille. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * The name in a header, exactly as it was sent in UTF-8; '': there is none. Null: it is not UTF-8, longer than 200 code
 * points, begins or ends with a space, or has characters in it that are not seen. Nothing is mended: two names would become
 * one.
 */
export function readName(value: string): string | null {
  const name = decoded(value.replaceAll(/^[ \t]+|[ \t]+$/g, ''));
  if (name === null || name !== name.trim() || UNSEEN.test(name)) return null;
  return Array.from(name).length > MAX_NAME ? null : name;
}

/** Headers are Latin-1 to Node. */
function decoded(value: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}
