import { createHash } from 'node:crypto';
import { TONES, type Notice, type UpgradeLine } from '../../domain/notice.js';
import { counted } from '../summary.js';

/** Notices that a digest tells of one by one; the others are counted. */
const MAX_LINES = 50;

/**
 * One notice for all that a channel could not be told for a long time, given in order of time: how many there were, and the
 * worst of them first, the newest of these first. The same notices make the same digest, its id too.
 */
export function digestOf(notices: readonly Notice[]): Notice {
  const worstFirst = notices.toReversed().toSorted((a, b) => TONES.indexOf(b.tone) - TONES.indexOf(a.tone));
  const from = notices[0]?.at ?? '';
  const to = notices.at(-1)?.at ?? '';
  const lines = worstFirst.slice(0, MAX_LINES).map(lineOf);
  return {
    id: idOf(notices),
    at: to,
    kind: 'digest',
    upgradeId: null,
    image: null,
    status: null,
    caller: null,
    requestId: null,
    tone: worstFirst[0]?.tone ?? TONES[0],
    summary: `${counted(notices.length, 'notice')} between ${from} and ${to}: ${tonesOf(notices)}. They could not be delivered before`,
    lines,
    more: notices.length - lines.length,
    digest: { count: notices.length, from, to },
  };
}

function lineOf({ upgradeId, image, status, tone, summary }: Notice): UpgradeLine {
  const outcome = status?.replaceAll('_', ' ') ?? tone;
  return { about: 'upgrade', id: upgradeId, image, status, outcome, tone, summary };
}

/** "2 danger, 1 warning, 7 info" */
function tonesOf(notices: readonly Notice[]): string {
  const counts = TONES.toReversed().map(
    (tone) => [notices.filter((one) => one.tone === tone).length, tone] as const,
  );
  return counts.flatMap(([count, tone]) => (count > 0 ? [`${count} ${tone}`] : [])).join(', ');
}

function idOf(notices: readonly Notice[]): string {
  const hash = createHash('sha256').update(notices.map(({ id }) => id).join('\n'));
  return `digest-${hash.digest('hex').slice(0, 32)}`;
}
