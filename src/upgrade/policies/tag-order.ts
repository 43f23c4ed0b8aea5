import { effectiveTag, type ImageReference } from '../../domain/image-reference.js';

/**
 * A tag read as a version, `v1.2.3-rc.1-41-alpine`. Numbers are decimal digits without leading zeros, of any length;
 * those that are missing count as 0.
 */
export interface Version {
  readonly tag: string;
  /** What the numbers are, in words. Versions of different schemes do not compare. */
  readonly scheme: string;
  readonly numbers: readonly string[];
  readonly prerelease: Prerelease | null;
  /** Numbers that stand alone after the version; empty: none. */
  readonly build: readonly string[];
  /** All other text, as written. Only versions of one flavour replace each other. */
  readonly flavour: string;
}

interface Prerelease {
  /** Its word, as an index: the higher, the nearer to the release. */
  readonly stage: number;
  readonly numbers: readonly string[];
}

/** From the least mature on; what is built every day comes before what somebody has chosen. */
export const PRERELEASE_WORDS = [
  'nightly',
  'canary',
  'dev',
  'snapshot',
  'next',
  'alpha',
  'beta',
  'milestone',
  'pre',
  'preview',
  'rc',
] as const;

const RELEASE: Prerelease = { stage: PRERELEASE_WORDS.length, numbers: [] };

const VERSION = /^(v?)(\d+(?:\.\d+)*)(.*)$/is;
const SUFFIX_PART = /[-_.+]?[^-_.+]+|[-_.+]/g;
/** `1.x` and `2022-latest` name the newest of several versions. */
const NEWEST_OF_SEVERAL = /^(?:x|latest)$/i;

const YEAR = /^(?:19|20)\d\d$/;
/** A day, or a day with two, four or six digits of time or of a counter. */
const DATE = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}$/;
const DASHED_DATE = /^(v?(?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)/i;

/** Reads a tag as a version; null: it is none and names a moving target, such as `latest`, `main` or a commit. */
export function readVersion(tag: string): Version | null {
  const match = VERSION.exec(tag.replace(DASHED_DATE, '$1$2$3'));
  if (!match) return null;
  const [, v = '', dotted = '', rest = ''] = match;
  const numbers = dotted.split('.').map(digits);
  const parts = rest.match(SUFFIX_PART) ?? [];
  if (parts.some((part) => NEWEST_OF_SEVERAL.test(text(part)))) return null;
  if (numbers.length === 1 && looksLikeCommit(parts)) return null;
  return { tag, scheme: schemeOf(numbers, v !== ''), numbers, ...readSuffix(parts) };
}

/** The version that the reference's tag is; null: it is none, or there is no tag. */
export function versionOf(reference: ImageReference): Version | null {
  const tag = effectiveTag(reference);
  return tag === null ? null : readVersion(tag);
}

/** The reference's tag, for people. */
export function tagName(reference: ImageReference): string {
  return effectiveTag(reference) ?? 'a digest without a tag';
}

/** The reference's tag, and what it is taken for. */
export function describeTag(reference: ImageReference): string {
  const version = versionOf(reference);
  return `${tagName(reference)} (${version ? kindOf(version) : 'no version'})`;
}

/** Whether the reference will name another image one day: it has no digest, and its tag is no version. */
export function hasMovingTag(reference: ImageReference): boolean {
  return reference.digest === null && versionOf(reference) === null;
}

/**
 * Negative, 0 or positive as `a` is older than, as old as or newer than `b`; null: they do not compare. Flavours are not
 * looked at. "Older than" is transitive.
 */
export function compareVersions(a: Version, b: Version): number | null {
  if (a.scheme !== b.scheme) return null;
  return compareNumbers(a.numbers, b.numbers) || comparePrereleases(a, b) || compareBuilds(a, b);
}

/** Compares lists of digits number by number. */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareDigits(a[index] ?? '0', b[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** A decimal number without leading zeros. */
export function digits(number: string): string {
  return number.replace(/^0+(?=\d)/, '');
}

function compareDigits(a: string, b: string): number {
  return a.length - b.length || Number(a > b) - Number(a < b);
}

function comparePrereleases(a: Version, b: Version): number {
  const [one, other] = [a.prerelease ?? RELEASE, b.prerelease ?? RELEASE];
  return one.stage - other.stage || compareNumbers(one.numbers, other.numbers);
}

/** Nothing tells whether 1.2.3 came before 1.2.3-41 or after it. */
function compareBuilds(a: Version, b: Version): number | null {
  return kindOf(a) === kindOf(b) ? compareNumbers(a.build, b.build) : null;
}

/** "a version", or "a version with a build number". */
function kindOf({ scheme, build: [build] }: Version): string {
  return build === undefined ? scheme : `${scheme} with ${schemeOf([build], false)}`;
}

/** A number alone is a build, and a date is a successor of nothing but a date. */
function schemeOf(numbers: readonly string[], v: boolean): string {
  const [first = ''] = numbers;
  if (DATE.test(first)) return first.length === 8 ? 'a date' : `a date of ${first.length} digits`;
  if (numbers.length === 1 && !v) return 'a build number';
  return YEAR.test(first) ? 'a calendar version' : 'a version';
}

/** `1a2b3c4`, but not `1rc1`. */
function looksLikeCommit([first = '']: readonly string[]): boolean {
  return first === text(first) && first !== '' && !readPrerelease(first);
}

function readSuffix(parts: readonly string[]): Pick<Version, 'prerelease' | 'build' | 'flavour'> {
  const build: string[] = [];
  let prerelease: Prerelease | null = null;
  let flavour = '';
  let numbers: string[] | null = build;
  for (const part of parts) {
    const found: OpenPrerelease | null = prerelease ? null : readPrerelease(text(part));
    if (found) {
      prerelease = found;
      numbers = found.numbers;
    } else if (numbers && /^\d+$/.test(text(part))) {
      numbers.push(digits(text(part)));
    } else {
      flavour += part;
      numbers = null;
    }
  }
  return { prerelease, build, flavour };
}

/** A prerelease that more numbers may follow. */
type OpenPrerelease = Prerelease & { readonly numbers: string[] };

function readPrerelease(word: string): OpenPrerelease | null {
  const [, name = '', number = ''] = /^([a-z]+)(\d*)$/i.exec(word) ?? [];
  const stage = PRERELEASE_WORDS.findIndex((known) => known === name.toLowerCase());
  return stage < 0 ? null : { stage, numbers: number === '' ? [] : [digits(number)] };
}

function text(part: string): string {
  return part.replace(/^[-_.+]/, '');
}
