import type { Notice, NoticeLine, Tone } from '../domain/notice.js';
import { partsOf } from './line-parts.js';
import { oneLine, webAddress, withoutRegistry } from './plain-text.js';

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
  | { readonly type: 'section'; readonly text: Markdown }
  | { readonly type: 'context'; readonly elements: readonly Markdown[] };

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

interface Markdown {
  readonly type: 'mrkdwn';
  readonly text: string;
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
  const summary = plain(notice.summary, MAX.summary);
  const title = notice.image === null ? summary : `${code(notice.image)}: ${summary}`;
  return {
    username: username.slice(0, MAX.username),
    text: title,
    blocks: blocksOf(notice, summary),
    attachments: attachmentTexts(fittingLines(notice)).map((text) => ({
      color: COLORS[notice.tone],
      fallback: title,
      text,
      mrkdwn_in: ['text'],
    })),
  };
}

function blocksOf(notice: Notice, summary: string): readonly SlackBlock[] {
  const header = plain(
    notice.image === null ? NAMES[notice.kind] : withoutRegistry(notice.image),
    MAX.header,
  );
  const facts = [
    ...(notice.image === null ? [] : [code(notice.image)]),
    ...(notice.upgradeId === null ? [] : [`upgrade ${plain(notice.upgradeId, MAX.name)}`]),
    ...(notice.caller === null ? [] : [`asked for by ${plain(notice.caller, MAX.name)}`]),
    plain(notice.at, MAX.name),
  ];
  return [
    { type: 'header', text: { type: 'plain_text', text: header || '–', emoji: false } },
    { type: 'section', text: markdown(summary || '–') },
    { type: 'context', elements: [markdown(facts.join(' · ') || '–')] },
  ];
}

function markdown(text: string): Markdown {
  return { type: 'mrkdwn', text };
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
  const place = linked(link, names.map((name) => plain(name, MAX.name)).join(' / '));
  const change = images.map((image) => code(withoutRegistry(image))).join(' → ');
  const outcome = `*${plain(line.outcome, MAX.name)}*`;
  const facts = [place, outcome, change].filter((part) => part !== '').join(' ');
  return reason === null ? facts : `${facts}: ${plain(reason, MAX.reason)}`;
}

function code(image: string): string {
  return `\`${plain(image, MAX.image)}\``;
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

/**
 * Foreign text on one line, at most `max` characters long and without power over the message: no links, no code, and
 * no `@all`, for Mattermost calls people by plain text too.
 */
function plain(text: string, max: number): string {
  const line = oneLine(text)
    .replace(/(?<!\w)@(?=\S)/g, '@\u200b')
    .replaceAll('](', ']\u200b(');
  let escaped = '';
  for (const char of line) {
    const next = ESCAPES[char] ?? char;
    if (escaped.length + next.length >= max) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}

/** Slack's own three, and what would open a code span. */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '`': "'" };
