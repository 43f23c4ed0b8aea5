import type { Notice, NoticeLine } from '../../domain/upgrade.js';
import type { OutboxItem } from '../../store/upgrade-store.js';

/** What notices and lines had not yet when an older version of this service stored them. */
const OLDER = { kind: 'upgrade', caller: null, requestId: null, more: 0, digest: null } as const;
const OLDER_LINE = { about: 'rollout', id: null, status: null, code: null, notify: null } as const;

/** What every version has stored. */
type Stored = Pick<Notice, 'image' | 'summary' | 'status' | 'tone' | 'lines' | 'upgradeId'> & Partial<Notice>;

/** The notice in an outbox item, also in one of an older version; null: there is none that can be read. */
export function noticeIn({ id, createdAt, payload }: OutboxItem): Notice | null {
  if (!isNotice(payload)) return null;
  const lines = payload.lines.map((line): NoticeLine => ({ ...OLDER_LINE, ...line }));
  return { ...OLDER, id, at: createdAt.toISOString(), ...payload, lines };
}

function isNotice(payload: unknown): payload is Stored {
  if (typeof payload !== 'object' || payload === null) return false;
  const { image, summary, tone, lines }: Partial<Record<keyof Notice, unknown>> = payload;
  return [image, summary, tone].every((fact) => typeof fact === 'string') && Array.isArray(lines);
}
