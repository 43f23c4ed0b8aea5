/** A question that was asked of the service, and its answer. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** By its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** Where services listen that tests have started. */
const served = new Set<string>();

/** What they have answered, each answer once. */
const noted = new Map<string, Exchange>();

/** From now on every answer from there has to be as documented. */
export function holdToDocument(url: string): void {
  served.add(new URL(url).origin);
}

/** Keeps an answer for `checkAnswers`, if it is one of a service. */
export function noteAnswer(exchange: Exchange): void {
  const { method, url, status, text } = exchange;
  if (served.has(new URL(url).origin)) noted.set(`${method} ${url} ${status} ${text}`, exchange);
}

/**
 * Compares all answers so far with the document. It takes some time, in which a service in the same process would stand
 * still: it is for when that is over.
 *
 * @throws Error that says which are not as documented, and in what.
 */
export async function checkAnswers(): Promise<void> {
  if (noted.size === 0) return;
  const { undocumentedIn } = await import('./documented.js');
  const wrong = [...noted].flatMap(([words, exchange]) => {
    const problems = undocumentedIn(exchange);
    return problems.length > 0 ? [`${problems.join('; ')}: ${words}`] : [];
  });
  noted.clear();
  if (wrong.length > 0) throw new Error(`not answered as documented:\n${wrong.join('\n')}`);
}
