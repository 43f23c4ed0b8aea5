/** Where a Rancher server is, read from any form in which people and Rancher itself write `CATTLE_URL`. */
export interface CattleAddress {
  /** Scheme, host and a proxy's prefix: where people's pages are. */
  readonly root: string;
  /** Where the API is: it begins with `root` and ends with its version. */
  readonly api: string;
  /** The id of the only environment that the address speaks of; null: it speaks of all. */
  readonly environment: string | null;
}

export type ReadAddress =
  { readonly ok: true; readonly address: CattleAddress } | { readonly ok: false; readonly problem: string };

const VERSION = /^v1$|^v2-beta$/;
const PROJECT_ID = /^1a\d+$/;

/**
 * Takes the address of a server, of its API (`/v1`, `/v2-beta`) or of one environment in it (`/v1/projects/1a5`), with
 * or without `/schemas`, a proxy's prefix, and slashes that are doubled or trail. A problem never shows the address: it
 * may have a password in it.
 */
export function readCattleUrl(text: string): ReadAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return problem('must begin with http:// or https://');
  if (url.username || url.password) {
    return problem('must not have a user and a password in it: set CATTLE_ACCESS_KEY and CATTLE_SECRET_KEY');
  }
  if (url.search || url.hash) return problem('must have neither ? nor # in it');
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const version = parts.findLastIndex((part) => VERSION.test(part));
  const [prefix, below] =
    version < 0 ? [parts, []] : [parts.slice(0, version), withoutSchemas(parts.slice(version + 1))];
  const root = [url.origin, ...prefix].join('/');
  const [projects, environment, ...more] = below;
  if (projects === undefined) return address(root, null);
  if (projects !== 'projects' || more.length > 0) {
    return problem('must end with the version (/v2-beta) or with an environment (/v2-beta/projects/1a5)');
  }
  if (environment === undefined) return address(root, null);
  if (PROJECT_ID.test(environment)) return address(root, environment);
  return problem('must name an environment by its id, as in /v2-beta/projects/1a5');
}

function withoutSchemas(parts: readonly string[]): readonly string[] {
  return parts.at(-1) === 'schemas' ? parts.slice(0, -1) : parts;
}

function address(root: string, environment: string | null): ReadAddress {
  return { ok: true, address: { root, api: `${root}/v2-beta`, environment } };
}

function problem(text: string): ReadAddress {
  return { ok: false, problem: text };
}
