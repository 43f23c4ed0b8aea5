import type { ApiRequest } from '../asking/request.js';

/** Path names that are not the type plus `s`. */
const PLURALS: Readonly<Record<string, string>> = {
  registry: 'registries',
  identity: 'identities',
  serviceProxy: 'serviceproxies',
};

/** The collection of a type as it stands in links: lower case, as all constructed links are (cattle: DefaultUrlBuilder). */
export function collectionOf(type: string): string {
  return (PLURALS[type] ?? `${type}s`).toLowerCase();
}

/** `<prefix>/<collection>/<id>`, all in lower case. */
export function linkTo(request: ApiRequest, type: string, id: string): string {
  return `${request.prefix}/${collectionOf(type)}/${id}`.toLowerCase();
}

/** Links below a resource, by their names. */
export function linksBelow(self: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${self}/${name.toLowerCase()}`]));
}

/** Action links; note the slash before the question mark. */
export function actionLinks(self: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${self}/?action=${name.toLowerCase()}`]));
}

/** Dates as Cattle writes them: text to the second and the milliseconds beside it. */
export function dateFields(name: string, at: number | null): Record<string, unknown> {
  if (at === null) return { [name]: null };
  return { [name]: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'), [`${name}TS`]: at };
}

/** The three fields that tell whether something is under way. */
export function transitionFields(
  transitioning: 'yes' | 'no' | 'error' = 'no',
  message: string | null = null,
  progress: number | null = null,
): Record<string, unknown> {
  return { transitioning, transitioningMessage: message, transitioningProgress: progress };
}
