import { readFileSync } from 'node:fs';

/** The places that nginx publishes, exact ones first, with the methods that it lets through. */
export function published(): ReadonlyMap<string, string> {
  const text = readFileSync('deploy/nginx/updater.conf', 'utf8');
  const found = text.matchAll(/^location ([=~]) (\S+) \{\n +limit_except ([A-Z ]+) \{ deny all; \}/gm);
  const places = [...found].map(([, kind, place = '', methods = '']) => {
    return [kind === '=' ? `^${place}$` : place, methods, kind] as const;
  });
  return new Map(
    places
      .toSorted(([, , a], [, , b]) => Number(b === '=') - Number(a === '='))
      .map(([place, methods]) => [place, methods]),
  );
}

/** Where nginx takes a path. */
export function placeOf(path: string): string {
  return [...published().keys()].find((place) => new RegExp(place).test(path)) ?? `nowhere: ${path}`;
}
