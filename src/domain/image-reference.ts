/** Names an image: `registry/path:tag@digest`. */
export interface ImageReference {
  /** The repository as it was written, e.g. `docker.io/acme/web`. */
  readonly spelling: string;
  /** Lower case; every name of Docker Hub is `docker.io`, and so is none. */
  readonly registry: string;
  /** On Docker Hub with `library/` where it has a single part. */
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** A reference, or a sentence that says what is wrong with the text and what is allowed. */
export type ParsedImageReference =
  | { readonly ok: true; readonly reference: ImageReference }
  | { readonly ok: false; readonly problem: string };

const MAX_LENGTH = 512;
const MAX_PATH_LENGTH = 255;
const MAX_PORT = 65_535;

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_ALIASES: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io']);

const HOST_LABEL = /^(?!-)[a-z0-9-]+(?<!-)$/i;
const IPV6_HOST = /^\[[0-9a-f:]+\]$/i;
const PORT = /:[^:\]]*$/;
const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const IMAGE_ID = /^[0-9a-f]{64}$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

interface Parts {
  readonly spelling: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

interface Name {
  readonly registry: string | null;
  readonly path: string;
}

/**
 * Reads a reference without a scheme by the grammar of github.com/distribution/reference, in linear time and with the
 * digests and the normalisation that Docker has.
 */
export function parseImageReference(text: string): ParsedImageReference {
  const problem = problemOfText(text);
  if (problem !== null) return { ok: false, problem };
  const { spelling, tag, digest } = partsOf(text);
  return { ok: true, reference: { spelling, ...normalised(nameOf(spelling)), tag, digest } };
}

/** Reads a text that was checked before; throws where it is no image reference after all. */
export function checkedReference(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.reference;
  throw new Error(parsed.problem);
}

/** Drops one leading `docker:`, Rancher's scheme. */
export function withoutScheme(text: string): string {
  return text.startsWith('docker:') ? text.slice('docker:'.length) : text;
}

/** Writes the reference with its own spelling of the repository; the opposite of `parseImageReference`. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  const digest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.spelling}${tag}${digest}`;
}

/** The repository, normalised: two are equal exactly when registry and path are. */
export function repositoryOf(reference: ImageReference): string {
  return `${reference.registry}/${reference.path}`;
}

/** The tag that is meant: `latest` where nothing is said; null for a digest alone, which is not `latest`. */
export function effectiveTag(reference: ImageReference): string | null {
  return reference.tag ?? (reference.digest === null ? 'latest' : null);
}

/** The published version in the running image's own spelling of the repository, its tag always spelled out. */
export function atVersionOf(running: ImageReference, published: ImageReference): ImageReference {
  return { ...running, tag: effectiveTag(published), digest: published.digest };
}

function partsOf(text: string): Parts {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    spelling: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? null : named.slice(colon + 1),
    digest: at < 0 ? null : text.slice(at + 1),
  };
}

/** What stands before the first slash is a registry only if it looks like a host: `acme/web` is on Docker Hub. */
function nameOf(spelling: string): Name {
  const slash = spelling.indexOf('/');
  const first = spelling.slice(0, Math.max(slash, 0));
  const isHost = first === 'localhost' || /[.:]/.test(first);
  return isHost ? { registry: first, path: spelling.slice(slash + 1) } : { registry: null, path: spelling };
}

function normalised(name: Name): { readonly registry: string; readonly path: string } {
  const host = name.registry?.toLowerCase() ?? DOCKER_HUB;
  const registry = DOCKER_HUB_ALIASES.has(host) ? DOCKER_HUB : host;
  const isOfficial = registry === DOCKER_HUB && !name.path.includes('/');
  return { registry, path: isOfficial ? `library/${name.path}` : name.path };
}

function problemOfText(text: string): string | null {
  if (text === '') return 'the image reference is empty; it looks like registry.example.com/acme/web:2.1.0';
  if (text.length > MAX_LENGTH) {
    return `the image reference has ${text.length} characters; at most ${MAX_LENGTH} are allowed`;
  }
  const scheme = URL_SCHEME.exec(text)?.[0];
  if (scheme) return `leave out ${scheme}: an image reference has no scheme`;
  const { spelling, tag, digest } = partsOf(text);
  const { registry, path } = nameOf(spelling);
  if (IMAGE_ID.test(spelling))
    return `${quoted(spelling)} is the id of an image, not the name of a repository`;
  return problemOfRegistry(registry) ?? problemOfPath(path) ?? problemOfTag(tag) ?? problemOfDigest(digest);
}

function problemOfRegistry(registry: string | null): string | null {
  if (registry === null) return null;
  const colon = PORT.exec(registry)?.index;
  const host = registry.slice(0, colon);
  if (!IPV6_HOST.test(host) && !host.split('.').every((label) => HOST_LABEL.test(label))) {
    return `the registry ${quoted(registry)} is not a host name or address, optionally with a port, such as registry.example.com:5000`;
  }
  if (colon !== undefined && !isPort(registry.slice(colon + 1))) {
    return `the registry ${quoted(registry)} has no valid port; a port is a number from 1 to ${MAX_PORT}`;
  }
  return null;
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PORT;
}

function problemOfPath(path: string): string | null {
  if (path === '')
    return 'the image reference names no repository; one looks like registry.example.com/acme/web:2.1.0';
  if (/[A-Z]/.test(path)) {
    return `the repository ${quoted(path)} has upper case letters; a repository is written in lower case`;
  }
  if (path.length > MAX_PATH_LENGTH) {
    return `the repository has ${path.length} characters; at most ${MAX_PATH_LENGTH} are allowed`;
  }
  if (path.split('/').every((part) => PATH_PART.test(part))) return null;
  return (
    `the repository ${quoted(path)} is not made of parts like acme/web: each has lower case letters and digits, ` +
    'and between them single dots, one or two underscores, or dashes'
  );
}

function problemOfTag(tag: string | null): string | null {
  if (tag === null || TAG.test(tag)) return null;
  return `the tag ${quoted(tag)} is not made of 1 to 128 letters, digits, underscores, dots and dashes, with no dot or dash first`;
}

function problemOfDigest(digest: string | null): string | null {
  if (digest === null || DIGEST.test(digest)) return null;
  return `the digest ${quoted(digest)} is not sha256:, sha384: or sha512: and 64, 96 or 128 lower case hexadecimal digits`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
