import type { Notice, NoticeLine, Tone } from '../../domain/notice.js';
import type { OutboxItem } from '../../store/upgrade-store.js';

/** A notice, and what the log says of it beside that. */
export interface StoredNotice extends Notice {
  /** Who asked for the upgrade, as `wordFor` has it: an address is nothing for a channel. */
  readonly callerWord: string | null;
}

/** What notices and lines had not yet when an older version of this service stored them. */
const OLDER = { kind: 'upgrade', caller: null, requestId: null, more: 0, digest: null } as const;
const OLDER_LINE = { about: 'rollout', id: null, status: null, code: null, notify: null } as const;

/** Slack's word, with which older versions stored what is `info` now. */
const OLDER_INFO = 'good';
type StoredTone = Tone | typeof OLDER_INFO;

/** What every version has stored. */
type Stored = Pick<Notice, 'image' | 'summary' | 'status' | 'upgradeId'> &
  Partial<Omit<StoredNotice, 'lines' | 'tone'>> & {
    readonly lines: readonly { readonly tone: StoredTone }[];
    readonly tone: StoredTone;
  };

/** The notice in an outbox item, also in one of an older version; null: there is none that can be read. */
export function noticeIn({ id, createdAt, payload }: OutboxItem): StoredNotice | null {
  if (!isNotice(payload)) return null;
  const lines = payload.lines.map((line) => ({ ...OLDER_LINE, ...line, tone: toneOf(line) }) as NoticeLine);
  const { callerWord = payload.caller ?? null } = payload;
  return { ...OLDER, id, at: createdAt.toISOString(), ...payload, callerWord, tone: toneOf(payload), lines };
}

function toneOf({ tone }: Pick<Stored, 'tone'>): Tone {
  return tone === OLDER_INFO ? 'info' : tone;
}

function isNotice(payload: unknown): payload is Stored {
  if (typeof payload !== 'object' || payload === null) return false;
  const { image, summary, tone, lines }: Partial<Record<keyof Notice, unknown>> = payload;
  return [image, summary, tone].every((fact) => typeof fact === 'string') && Array.isArray(lines);
}
