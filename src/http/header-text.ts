const MAX_NAME = 200;

/**
 * The name in a header: UTF-8 where it is that, else Latin-1, which is what headers are to Node; on one line, without
 * characters that are not seen, at most 200 long. Null: nothing is left.
 */
export function readName(value: string): string | null {
  const seen = decoded(value)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  return Array.from(seen).slice(0, MAX_NAME).join('') || null;
}

function decoded(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
