import { readPatterns, type NamePattern } from '../common/name-patterns.js';
import { HTTP_URL, isHttpUrl } from '../config/decorators.js';
import { TONES } from '../domain/notice.js';
import { NO_CHANNEL, type Channel, type OwnField } from './channel.js';
import type { NotifierType } from './notifier.js';

type Kinds = readonly NotifierType[];

/** The channels of which nothing is wrong, and what is wrong with the others; no value of any field is in a problem. */
export interface ReadChannels {
  readonly channels: readonly Channel[];
  readonly problems: readonly string[];
}

const NAME = /^[a-z0-9-]{1,40}$/;
const FIELD = /^[a-z_]{1,30}$/i;
const EVERYWHERE = '.*';
const NO_ARRAY = 'must be a JSON array of channels';

/** Reads channels from a JSON array. */
export function readChannels(json: string, kinds: Kinds): ReadChannels {
  const { entries, problem } = parsed(json);
  if (problem !== null) return { channels: [], problems: [problem] };
  const read = entries.map((entry, index) => readChannel(entry, `channel ${index + 1}`, kinds));
  const channels = read.flatMap((one) => one.channels);
  return { channels, problems: [...read.flatMap(({ problems }) => problems), ...doubles(entries)] };
}

/** Every text in channels that is a secret by itself, also where the channel has problems. */
export function secretsIn(json: string, kinds: Kinds): readonly string[] {
  const { entries } = parsed(json);
  const fields = kinds.flatMap((kind) => Object.entries(kind.fields));
  const names = ['url', ...fields.flatMap(([name, { isSecret }]) => (isSecret ? [name] : []))];
  const values = entries.filter(isRecord).flatMap((entry) => names.map((name) => entry[name]));
  return values.filter((value) => typeof value === 'string');
}

/** The array, or what is wrong. A parser's own words repeat what it has read: of them only the place is kept. */
function parsed(json: string): { readonly entries: readonly unknown[]; readonly problem: string | null } {
  try {
    const entries: unknown = JSON.parse(json);
    return Array.isArray(entries) ? { entries, problem: null } : { entries: [], problem: NO_ARRAY };
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
    const place = position === undefined ? '' : `, from character ${Number(position) + 1} on`;
    return { entries: [], problem: `${NO_ARRAY}: it is no JSON${place}` };
  }
}

function readChannel(entry: unknown, place: string, kinds: Kinds): ReadChannels {
  if (!isRecord(entry)) return { channels: [], problems: [`${place} must be a JSON object`] };
  const { name, kind, url, tone = TONES[0], environments = EVERYWHERE, ...own } = entry;
  const who = isName(name) ? `${place} (${name})` : place;
  const type = kinds.find((one) => one.kind === kind);
  const patterns = patternsOf(environments);
  const mildest = TONES.find((one) => one === tone);
  const ofAnyKind = Object.assign({}, ...kinds.map(({ fields }) => fields));
  const problems = [
    ...(isName(name) ? [] : [`name must be 1 to 40 of a-z, 0-9 and -, and not the word ${NO_CHANNEL}`]),
    ...(type
      ? ownProblems(own, type.fields)
      : [`kind must be one of ${words(kinds.map((one) => one.kind))}`, ...unknownIn(own, ofAnyKind)]),
    ...(isHttpUrl(url) ? [] : [`url must be ${HTTP_URL}`]),
    ...(mildest ? [] : [`tone must be one of ${words(TONES)}`]),
    ...(patterns
      ? []
      : ['environments must be regular expressions as AUTOUPDATE_ENVIRONMENT_NAMES has them']),
  ];
  const channel = { name, kind, url, tone: mildest, environments: patterns, own };
  const channels = problems.length === 0 ? [channel as Channel] : [];
  return { channels, problems: problems.map((problem) => `${who}: ${problem}`) };
}

function ownProblems(
  own: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, OwnField>>,
): readonly string[] {
  const wrong = Object.entries(fields).flatMap(([name, { isRequired, takes, accepts }]) => {
    const value = own[name];
    if (value === undefined) return isRequired ? [`${name} must be set: ${takes}`] : [];
    return typeof value === 'string' && accepts(value) ? [] : [`${name} must be ${takes}`];
  });
  return [...unknownIn(own, fields), ...wrong];
}

function unknownIn(own: object, fields: object): readonly string[] {
  const unknown = Object.keys(own).filter((name) => !Object.hasOwn(fields, name));
  return unknown.map((name) => `${FIELD.test(name) ? name : 'a field'} is not known`);
}

/** As a text of the variable has them, or as a JSON array. */
function patternsOf(value: unknown): readonly NamePattern[] | null {
  if (typeof value !== 'string' && !Array.isArray(value)) return null;
  const read = readPatterns(typeof value === 'string' ? value : JSON.stringify(value));
  const isMeant = typeof value === 'string' || value.every((one) => typeof one === 'string');
  return read.ok && isMeant ? read.patterns : null;
}

function doubles(entries: readonly unknown[]): readonly string[] {
  const names = entries.filter(isRecord).flatMap(({ name }) => (isName(name) ? [name] : []));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `has two channels of the name ${name}`);
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name) && name !== NO_CHANNEL;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(all: readonly string[]): string {
  return all.join(', ');
}
