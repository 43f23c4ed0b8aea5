import type { Rule } from './evidence.js';
import type { Notice, ToldChannel } from './notice-evidence.js';

/** What a channel was told of an upgrade, by a notice of its own or in a digest. */
export interface Telling {
  readonly upgrade: string | null;
  readonly status: string;
  /** Among all that the channel was told; the same for all that one digest tells. */
  readonly place: number;
  /** null: it was in a digest. */
  readonly notice: Notice | null;
}

/** What came of a channel's deliveries: each notice once, where it came first, and what is wrong with some. */
export interface Firsts {
  readonly notices: readonly Notice[];
  readonly broken: readonly { readonly rule: Rule; readonly about: string }[];
}

/** Reads what a channel has taken. What is not signed, or cannot be read, tells nothing. */
export function firstsOf({ taken }: ToldChannel): Firsts {
  const bodies = new Map<string, string>();
  const notices: Notice[] = [];
  const broken: { readonly rule: Rule; readonly about: string }[] = [];
  for (const { delivery, isGenuine, body } of taken) {
    const notice = isGenuine ? noticeIn(body) : null;
    const first = bodies.get(delivery);
    if (notice?.id !== delivery) broken.push({ rule: 'forged', about: delivery });
    else if (first === undefined) notices.push(notice);
    else if (first !== body) broken.push({ rule: 'altered', about: delivery });
    if (notice?.id === delivery && first === undefined) bodies.set(delivery, body);
  }
  return { notices, broken };
}

/** All that these notices tell of upgrades, in order. */
export function tellingsOf(notices: readonly Notice[]): readonly Telling[] {
  return notices.flatMap((notice, place): readonly Telling[] => {
    const { kind, upgrade, status, digest } = notice;
    if (kind !== 'digest') return [{ upgrade, status: String(status), place, notice }];
    const all = digest?.upgrades ?? [];
    return all.map((one) => ({ upgrade: one.upgrade, status: String(one.status), place, notice: null }));
  });
}

/** null: it is no JSON. */
function noticeIn(body: string): Notice | null {
  try {
    return JSON.parse(body) as Notice;
  } catch {
    return null;
  }
}
