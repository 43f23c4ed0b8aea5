/** Rancher's keys have 20 and 40 characters; a toy key like `admin` would blank ordinary words. */
const SHORTEST_MASKED = 8;

/**
 * What must never come out: keeps it from texts that others have written, and that may repeat what they were told. A secret
 * of fewer than 8 characters is not masked.
 */
export class Secrets {
  private readonly spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    this.spellings = spellings(secrets);
  }

  /** The text with `***` wherever a secret stood. */
  masked(text: string): string {
    return this.spellings.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  }
}

/**
 * A secret can also appear escaped for JSON or for a URL, and two of them, unless they are addresses, as the credentials of
 * HTTP's Basic scheme.
 */
function spellings(secrets: readonly string[]): readonly string[] {
  const halves = secrets.filter((secret) => !secret.includes('://'));
  const pairs = halves.flatMap((user) => halves.map((password) => base64(`${user}:${password}`)));
  const long = [...secrets, ...pairs].filter((secret) => secret.length >= SHORTEST_MASKED);
  const all = long.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

/** Whether a secret is not masked, since it could be an ordinary word; where it is empty, there is none. */
export function isTooShort(secret: string): boolean {
  return secret !== '' && secret.length < SHORTEST_MASKED;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
