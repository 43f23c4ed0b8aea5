import type { Notice, NoticeLine, Tone } from '../domain/notice.js';
import { partsOf } from './line-parts.js';
import { webAddress, withoutRegistry } from './plain-text.js';
import { code, disarmed, flat } from './slack.text.js';

/**
 * What an incoming webhook takes: Slack's own, its legacy kind, Mattermost's and Rocket.Chat's. All of them show the
 * attachments. Slack alone reads the blocks, and shows them instead of the text; the others do not know them.
 */
export interface SlackMessage {
  readonly username: string;
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly attachments: readonly SlackAttachment[];
}

interface SlackAttachment {
  readonly color: (typeof COLORS)[Tone];
  readonly fallback: string;
  readonly text: string;
  readonly mrkdwn_in: readonly ['text'];
}

type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText }
  | { readonly type: 'context'; readonly elements: readonly PlainText[] };

/** In which Slack reads no markup, no address and no name of a channel. */
interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

const COLORS = { info: 'good', warning: 'warning', danger: 'danger' } as const satisfies Record<Tone, string>;

const MAX_LINES = 20;

/**
 * Characters, after escaping; well below what Slack (40,000 a message, 3000 a text of a block, 150 a header) and Mattermost
 * (16,383 a post) take. With usual names there is room for all lines, however long their reasons.
 */
const MAX = {
  message: 12_000,
  attachment: 3000,
  link: 600,
  name: 120,
  image: 250,
  header: 140,
  summary: 800,
  reason: 300,
  username: 80,
};

/** Renders a notice; what does not fit is counted in a last line "and n more". */
export function slackMessage(notice: Notice, username: string): SlackMessage {
  const summary = disarmed(notice.summary, MAX.summary);
  const title = notice.image === null ? summary : `${code(notice.image, MAX.image)}: ${summary}`;
  return {
    username: username.slice(0, MAX.username),
    text: title,
    blocks: blocksOf(notice),
    attachments: attachmentTexts(fittingLines(notice)).map((text) => ({
      color: COLORS[notice.tone],
      fallback: title,
      text,
      mrkdwn_in: ['text'],
    })),
  };
}

function blocksOf(notice: Notice): readonly SlackBlock[] {
  const header = notice.image === null ? NAMES[notice.kind] : withoutRegistry(notice.image);
  const facts = [
    ...(notice.image === null ? [] : [flat(notice.image, MAX.image)]),
    ...(notice.upgradeId === null ? [] : [`upgrade ${flat(notice.upgradeId, MAX.name)}`]),
    ...(notice.caller === null ? [] : [`asked for by ${flat(notice.caller, MAX.name)}`]),
    flat(notice.at, MAX.name),
  ];
  return [
    { type: 'header', text: plainText(flat(header, MAX.header)) },
    { type: 'section', text: plainText(flat(notice.summary, MAX.summary)) },
    { type: 'context', elements: [plainText(facts.join(' · '))] },
  ];
}

function plainText(text: string): PlainText {
  return { type: 'plain_text', text: text || '–', emoji: false };
}

/** What a notice is called that is not of one image. */
const NAMES: Readonly<Record<Notice['kind'], string>> = {
  upgrade: 'Upgrade',
  digest: 'What has happened meanwhile',
  sample: 'A sample',
};

function fittingLines({ lines, more: leftOut }: Notice): readonly string[] {
  const fitting: string[] = [];
  let length = 0;
  for (const text of lines.slice(0, MAX_LINES).map(lineText)) {
    length += text.length;
    if (length > MAX.message) break;
    fitting.push(text);
  }
  const more = leftOut + lines.length - fitting.length;
  return more === 0 ? fitting : [...fitting, `and ${more} more`];
}

/** Joins lines to texts of at most the size of an attachment; a single line is always smaller. */
function attachmentTexts(lines: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const joined = [...texts.slice(-1), line].join('\n');
    if (joined.length <= MAX.attachment) texts.splice(-1, 1, joined);
    else texts.push(line);
  }
  return texts;
}

/** "production / shop / web *failed* `web:2.0.4` → `web:2.1.0`: why", the place being a link. */
function lineText(line: NoticeLine): string {
  const { place: names, link, images, reason } = partsOf(line);
  const place = linked(link, names.map((name) => disarmed(name, MAX.name)).join(' / '));
  const change = images.map((image) => code(withoutRegistry(image), MAX.image)).join(' → ');
  const outcome = `*${disarmed(line.outcome, MAX.name)}*`;
  const facts = [place, outcome, change].filter((part) => part !== '').join(' ');
  return reason === null ? facts : `${facts}: ${disarmed(reason, MAX.reason)}`;
}

/** A link whose address and words cannot end it early; only the words where the address is none people can click. */
function linked(link: string | null, words: string): string {
  const target = link === null ? null : linkTarget(link);
  return target === null || words === '' ? words : `<${target}|${words.replaceAll('|', '¦')}>`;
}

function linkTarget(link: string): string | null {
  const target = webAddress(link)
    ?.replace(/[|<>()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('&', '&amp;');
  return target !== undefined && target.length <= MAX.link ? target : null;
}
