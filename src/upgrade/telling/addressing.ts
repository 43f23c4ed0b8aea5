import { isFoundIn } from '../../common/name-patterns.js';
import { wordFor } from '../../domain/caller.js';
import { TONES } from '../../domain/notice.js';
import type { Channel } from '../../notify/channel.js';
import type { Story, StoryLine } from './notices.js';
import type { StoredNotice } from './stored-notice.js';

/** Lines that are kept of a notice: no kind of notifier shows more. */
const MAX_LINES = 100;

/** What one channel is told. */
export interface Addressed {
  readonly channel: string;
  readonly notice: StoredNotice;
}

/**
 * Parts a story by channels: each gets the lines of the environments it has to do with, and of services whose label does not
 * name others, with a summary and a tone of those alone. One that has no line, or whose mildest tone is worse, gets nothing.
 */
export function addressed(
  story: Story,
  channels: readonly Channel[],
  now: Date,
  newId: () => string,
): readonly Addressed[] {
  const names = new Set(channels.map(({ name }) => name));
  return channels.flatMap((channel) => {
    const notice = noticeFor(story, concerning(channel, names), now, newId);
    const isLoud = notice && TONES.indexOf(notice.tone) >= TONES.indexOf(channel.tone);
    return isLoud ? [{ channel: channel.name, notice }] : [];
  });
}

function noticeFor(
  { upgrade, lines: all, counted, summary }: Story,
  concerns: (line: StoryLine) => boolean,
  now: Date,
  newId: () => string,
): StoredNotice | null {
  const lines = all.filter(concerns);
  const [worst] = lines;
  if (!worst) return null;
  return {
    id: newId(),
    at: now.toISOString(),
    kind: 'upgrade',
    upgradeId: upgrade.id,
    image: upgrade.image,
    status: upgrade.status,
    caller: upgrade.caller?.name ?? null,
    callerWord: wordFor(upgrade.caller),
    requestId: upgrade.requestId,
    tone: worst.tone,
    summary: summary(counted.filter(concerns)),
    lines: lines.slice(0, MAX_LINES),
    more: Math.max(0, lines.length - MAX_LINES),
    digest: null,
  };
}

/** Whether a line concerns a channel; each environment of a large fleet is asked for once. */
function concerning(
  { name, environments }: Channel,
  names: ReadonlySet<string>,
): (line: StoryLine) => boolean {
  const heard = new Map<string, boolean>([['', true]]);
  return (line) => {
    const { environment } = line;
    const isHeard = heard.get(environment) ?? isFoundIn(environment, environments);
    heard.set(environment, isHeard);
    return isHeard && isNamed(line.about === 'environment' ? null : line.notify, name, names);
  };
}

/** Names that are no channel's do not count; a label that has no other says nothing, so that a slip silences nobody. */
function isNamed(notify: readonly string[] | null, name: string, names: ReadonlySet<string>): boolean {
  if (notify === null || notify.length === 0) return notify === null;
  const known = notify.filter((one) => names.has(one));
  return known.length === 0 || known.includes(name);
}
