import { oneLine } from './plain-text.js';

/**
 * Foreign text for a `plain_text` object, on one line and at most `max` characters long: nothing in it is read as markup.
 */
export function flat(text: string, max: number): string {
  return escaped(oneLine(text), ENTITIES, max);
}

/**
 * Foreign text among mrkdwn or Markdown, on one line and at most `max` characters long, without power over the message: no
 * styles, code, links, calls to people, names of channels or emoji. Where no escape holds in all of Slack, Mattermost and
 * Rocket.Chat, a sign is replaced by one that looks like it, or followed by an invisible one.
 */
export function disarmed(text: string, max: number): string {
  return escaped(split(oneLine(text)), SIGNS, max);
}

/** Foreign text as a code span, which nothing in it can end; little else is read in one. */
export function code(text: string, max: number): string {
  return `\`${escaped(oneLine(text).replaceAll('://', `:${GAP}//`), CODE_SIGNS, max)}\``;
}

/** An invisible space, at which words end for those who look for links and names. */
const GAP = '\u200b';

/** A label of the service's own, which no domain is mistaken for, can be copied as it is. */
const OWN_LABELS = 'autoupdate';

const DOTS_OF_DOMAINS = new RegExp(String.raw`(?<=[\p{L}\p{N}-])(?<!\b${OWN_LABELS})\.(?=\p{L})`, 'gu');

function split(line: string): string {
  return line
    .replace(/(?<![A-Za-z0-9])@(?=\S)/g, `@${GAP}`)
    .replace(/#(?=\S)/g, `#${GAP}`)
    .replaceAll('](', `]${GAP}(`)
    .replaceAll('://', `:${GAP}//`)
    .replace(DOTS_OF_DOMAINS, `.${GAP}`)
    .replace(/:(?=(?!\d+:)[\w+'-]+:)/g, `:${GAP}`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '＿')
    .replace(/^(?=[-+>]|\d+[.)]\s)/, GAP);
}

function escaped(line: string, signs: Readonly<Record<string, string>>, max: number): string {
  let text = '';
  for (const char of line) {
    const next = signs[char] ?? char;
    if (text.length + next.length >= max) return `${text}…`;
    text += next;
  }
  return text;
}

/** Slack's own three. */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const CODE_SIGNS = { ...ENTITIES, '`': "'" };

const SIGNS = { ...CODE_SIGNS, '*': '∗', '~': '∼' };
