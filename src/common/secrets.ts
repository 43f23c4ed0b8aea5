/** Rancher's keys have 20 and 40 characters; a toy key like `admin` would blank ordinary words. */
const SHORTEST_MASKED = 8;

/**
 * What must never come out: keeps it from texts that others have written, and that may repeat what they were told. A secret
 * of fewer than 8 characters is not masked.
 */
export class Secrets {
  private readonly spellings: readonly string[];
  /** Whether some are too short to be masked. */
  readonly areSomeTooShort: boolean;

  constructor(secrets: readonly string[]) {
    this.spellings = spellings(secrets);
    this.areSomeTooShort = secrets.some((secret) => secret !== '' && isTooShort(secret));
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
  const long = [...secrets, ...pairs].filter((secret) => !isTooShort(secret));
  const all = long.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

function isTooShort(secret: string): boolean {
  return secret.length < SHORTEST_MASKED;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
