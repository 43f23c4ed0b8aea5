import type { Notice, NoticeLine, Tone } from '../domain/notice.js';
import { partsOf } from './line-parts.js';
import { oneLine, webAddress, withoutRegistry } from './plain-text.js';

/** What a Workflows URL of Teams takes: one Adaptive Card. */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly [
    { readonly contentType: 'application/vnd.microsoft.card.adaptive'; readonly content: AdaptiveCard },
  ];
}

interface AdaptiveCard {
  readonly $schema: string;
  readonly type: 'AdaptiveCard';
  readonly version: '1.4';
  readonly msteams: { readonly width: 'Full' };
  readonly body: readonly Paragraph[];
}

/** Text that is never read as Markdown: foreign words can make no link, no picture and no heading in it. */
interface Paragraph {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly Run[];
  readonly separator?: boolean;
}

interface Run {
  readonly type: 'TextRun';
  readonly text: string;
  readonly size?: 'medium';
  readonly weight?: 'bolder';
  readonly color?: 'good' | 'warning' | 'attention';
  readonly fontType?: 'monospace';
  readonly isSubtle?: boolean;
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
}

const COLORS = { info: 'good', warning: 'warning', danger: 'attention' } as const satisfies Record<
  Tone,
  string
>;

const MAX_LINES = 20;

/** Teams takes 28 KB and does not say in which encoding: the message has fewer bytes in UTF-8 and in UTF-16. */
const MAX_BYTES = 28_000;

/** Characters. */
const MAX = { name: 120, image: 250, summary: 800, reason: 300, link: 600 };

/** Renders a notice; what does not fit is counted in a last line "and n more". */
export function teamsMessage(notice: Notice): TeamsMessage {
  const lines = notice.lines.slice(0, MAX_LINES).map(lineOf);
  const total = notice.lines.length + notice.more;
  while (lines.length > 0 && bytesOf(messageOf(notice, lines, total)) > MAX_BYTES) lines.pop();
  return messageOf(notice, lines, total);
}

function messageOf(notice: Notice, lines: readonly Paragraph[], total: number): TeamsMessage {
  const more = total - lines.length;
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      ...head(notice),
      ...lines,
      ...(more > 0 ? [paragraph([run(`and ${more} more`)])] : []),
      paragraph([{ ...run(factsOf(notice)), isSubtle: true }], true),
    ],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}

function head({ image, summary, tone }: Notice): readonly Paragraph[] {
  const bold = { size: 'medium', weight: 'bolder', color: COLORS[tone] } as const;
  const words = paragraph([run(plain(summary, MAX.summary))]);
  if (image === null) return [paragraph([{ ...run(plain(summary, MAX.summary)), ...bold }])];
  return [paragraph([{ ...run(plain(image, MAX.image)), ...bold }]), words];
}

function factsOf({ at, upgradeId, caller }: Notice): string {
  return [
    ...(upgradeId === null ? [] : [`upgrade ${plain(upgradeId, MAX.name)}`]),
    ...(caller === null ? [] : [`asked for by ${plain(caller, MAX.name)}`]),
    plain(at, MAX.name),
  ].join(' · ');
}

/** "production / shop / web failed web:2.0.4 → web:2.1.0: why", the place being a link. */
function lineOf(line: NoticeLine): Paragraph {
  const { place: names, link, images, reason } = partsOf(line);
  const place = names.map((name) => plain(name, MAX.name)).join(' / ');
  const change = images.map((image) => plain(withoutRegistry(image), MAX.image)).join(' → ');
  const url = webAddress(link);
  const isLink = url !== null && url.length <= MAX.link;
  const runs: readonly Run[] = [
    ...(place === ''
      ? []
      : [{ ...run(`${place} `), ...(isLink && { selectAction: { type: 'Action.OpenUrl', url } as const }) }]),
    { ...run(plain(line.outcome, MAX.name)), weight: 'bolder', color: COLORS[line.tone] },
    ...(change === '' ? [] : [{ ...run(` ${change}`), fontType: 'monospace' } as const]),
    ...(reason === null ? [] : [run(`: ${plain(reason, MAX.reason)}`)]),
  ];
  return paragraph(runs);
}

function paragraph(inlines: readonly Run[], separator = false): Paragraph {
  return { type: 'RichTextBlock', inlines, ...(separator && { separator }) };
}

function run(text: string): Run {
  return { type: 'TextRun', text };
}

/** Foreign text on one line, that neither is cut in the middle of a character nor has Teams' `{{DATE(…)}}` in it. */
function plain(text: string, max: number): string {
  const chars = Array.from(oneLine(text).replaceAll('{{', '{\u200b{'));
  return chars.length <= max ? chars.join('') : `${chars.slice(0, max - 1).join('')}…`;
}

function bytesOf(message: TeamsMessage): number {
  const json = JSON.stringify(message);
  return Math.max(Buffer.byteLength(json), 2 * json.length);
}
