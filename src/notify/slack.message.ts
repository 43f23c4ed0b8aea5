import type { Notice, NoticeLine, Tone } from '../domain/upgrade.js';

/** What an incoming webhook takes: Slack's own, its legacy kind, Mattermost's and Rocket.Chat's. */
export interface SlackMessage {
  readonly username: string;
  readonly text: string;
  readonly attachments: readonly SlackAttachment[];
}

interface SlackAttachment {
  readonly color: Tone;
  readonly fallback: string;
  readonly text: string;
  readonly mrkdwn_in: readonly ['text'];
}

const MAX_LINES = 20;

/**
 * Characters, after escaping; well below what Slack (40,000 a message) and Mattermost (16,383 a post) take. With usual
 * names there is room for all lines, however long their reasons.
 */
const MAX = {
  message: 12_000,
  attachment: 3000,
  link: 600,
  name: 120,
  image: 250,
  summary: 800,
  reason: 300,
  username: 80,
};

/** Renders a notice; what does not fit is counted in a last line "and n more". */
export function slackMessage(notice: Notice, username: string): SlackMessage {
  const title = `${code(notice.image)}: ${plain(notice.summary, MAX.summary)}`;
  return {
    username: username.slice(0, MAX.username),
    text: title,
    attachments: attachmentTexts(fittingLines(notice.lines)).map((text) => ({
      color: notice.tone,
      fallback: title,
      text,
      mrkdwn_in: ['text'],
    })),
  };
}

function fittingLines(lines: readonly NoticeLine[]): readonly string[] {
  const fitting: string[] = [];
  let length = 0;
  for (const text of lines.slice(0, MAX_LINES).map(lineText)) {
    length += text.length;
    if (length > MAX.message) break;
    fitting.push(text);
  }
  const more = lines.length - fitting.length;
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
  const names = [line.environment, line.stack, line.service].filter((name) => name !== '');
  const place = linked(line.link, names.map((name) => plain(name, MAX.name)).join(' / '));
  const images = [line.from, line.to].filter((image) => image !== null);
  const change = images.map((image) => code(withoutRegistry(image))).join(' → ');
  const outcome = `*${plain(line.outcome, MAX.name)}*`;
  const facts = [place, outcome, change].filter((part) => part !== '').join(' ');
  return line.reason === null ? facts : `${facts}: ${plain(line.reason, MAX.reason)}`;
}

function withoutRegistry(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
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
  if (!URL.canParse(link)) return null;
  const { protocol, href } = new URL(link);
  const target = href
    .replace(/[|<>()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('&', '&amp;');
  return ['http:', 'https:'].includes(protocol) && target.length <= MAX.link ? target : null;
}

/**
 * Foreign text on one line, at most `max` characters long and without power over the message: no links, no code, and
 * no `@all`, for Mattermost calls people by plain text too.
 */
function plain(text: string, max: number): string {
  const line = text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
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
