import type { NamePattern } from '../common/name-patterns.js';
import type { Tone } from '../domain/notice.js';

/** What a service's label says for no channel at all; no channel has it for a name. */
export const NO_CHANNEL = 'none';

/** Where people are told, as the settings have it. */
export interface Channel {
  readonly name: string;
  /** Of its notifier. */
  readonly kind: string;
  /** A secret: whoever has it can post. */
  readonly url: string;
  /** The mildest tone that it is told of. */
  readonly tone: Tone;
  /** It is told of the environments in whose name one of these is found. */
  readonly environments: readonly NamePattern[];
  /** What its kind alone has: see `OwnField`. */
  readonly own: Readonly<Record<string, string>>;
}

/** A field that only channels of one kind have. */
export interface OwnField {
  readonly isRequired: boolean;
  /** Its values are never shown. */
  readonly isSecret: boolean;
  /** What it takes, in words. */
  readonly takes: string;
  readonly accepts: (text: string) => boolean;
}
