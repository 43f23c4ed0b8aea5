import type { Line, LiveLine, Tone } from './screen.js';
import type { SlackMessage } from './slack-receiver.js';
import type { Place, Upgrade } from './updater.js';

/** A service and the image it runs. */
type Row = readonly [Place, string];

/** Characters that a reason needs beside its service. */
const MIN_ROOM = 40;

const TONES: Readonly<Record<string, Tone>> = {
  queued: 'quiet',
  finished: 'good',
  awaiting_confirmation: 'warning',
  skipped: 'warning',
  failed: 'danger',
  rolling_back: 'warning',
  rolled_back: 'danger',
  rollback_failed: 'danger',
};

/** What would be done, and what would not, with the reasons. */
export function planLines({ rollouts, skipped }: Upgrade, width: number): readonly Line[] {
  const head = headsOf([
    ...rollouts.map((rollout): Row => [rollout, rollout.from]),
    ...skipped.map((service): Row => [service, service.running]),
  ]);
  return [
    { text: '  Would be upgraded:', tone: 'strong' },
    ...rollouts.map((rollout): Line => {
      const anew = rollout.recreated_sidekicks.map((name) => `, and the sidekick ${name} made anew with it`);
      return { text: `${head(rollout, rollout.from)} → ${tagOf(rollout.to)}${anew.join('')}`, tone: 'good' };
    }),
    { text: '  Would be left as they are:', tone: 'strong' },
    ...skipped.map((service): Line => {
      const { code, message } = service.reason;
      const text = beside(`${head(service, service.running)}   `, `${message} (${code})`, width);
      return { text, tone: 'plain' };
    }),
  ];
}

/** Where each service stands, and beside it its containers as Rancher has them. */
export function progressLines(
  { rollouts }: Upgrade,
  containersOf: (serviceId: string) => string,
): readonly LiveLine[] {
  const head = headsOf(rollouts.map((rollout): Row => [rollout, rollout.from]));
  return rollouts.map((rollout) => {
    const { service, from, to, status } = rollout;
    return {
      key: service.id,
      text: `${head(rollout, from)} → ${tagOf(to)}  ${status.padEnd(9)}`,
      detail: status === 'queued' ? '' : `  ${containersOf(service.id)}`,
      tone: TONES[status] ?? 'plain',
    };
  });
}

/** Why something did not end as asked. */
export function reasonLines({ rollouts }: Upgrade, width: number): readonly Line[] {
  return rollouts.flatMap((rollout): readonly Line[] => {
    const { reason, status } = rollout;
    if (reason === null) return [];
    const text = hanging('  ', `${placeOf(rollout)}: ${reason.message} (${reason.code})`, width);
    return [{ text, tone: TONES[status] ?? 'plain' }];
  });
}

/** A message as Slack would show it, with the colour of its bar. */
export function slackLines({ username, text, attachments }: SlackMessage, width: number): readonly Line[] {
  const room = width - 4;
  const bars = attachments.flatMap((attachment) => {
    const bar = isTone(attachment.color) ? attachment.color : 'plain';
    const lines = attachment.text.split('\n').flatMap((line) => wrapped(readable(line), room));
    return lines.map((line): Line => ({ text: line, tone: 'plain', bar }));
  });
  const head = wrapped(readable(text), room).map((line): Line => ({ text: `  ${line}`, tone: 'plain' }));
  return [{ text: `  ${username}`, tone: 'strong' }, ...head, ...bars];
}

/** "production / shop / web", as people are told. */
export function placeOf({ environment, stack, service }: Place): string {
  return `${environment.name} / ${stack.name} / ${service.name}`;
}

/** Names services and what they run, in columns as wide as the widest of these. */
function headsOf(rows: readonly Row[]): (...row: Row) => string {
  const places = Math.max(...rows.map(([place]) => placeOf(place).length));
  const tags = Math.max(...rows.map(([, image]) => tagOf(image).length));
  return (place, image) => `  ${placeOf(place).padEnd(places)}  ${tagOf(image).padEnd(tags)}`;
}

function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

/** Slack's own marks as they are seen: links by their words. */
function readable(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function isTone(color: string): color is 'good' | 'warning' | 'danger' {
  return color === 'good' || color === 'warning' || color === 'danger';
}

/** Puts a text behind a head, or below it where there is little room. */
function beside(head: string, text: string, width: number): string {
  if (width - head.length >= MIN_ROOM) return hanging(head, text, width);
  return `${head.trimEnd()}\n${hanging('      ', text, width)}`;
}

/** Puts a text behind a head, its further lines below its first. */
function hanging(head: string, text: string, width: number): string {
  return `${head}${wrapped(text, width - head.length).join(`\n${' '.repeat(head.length)}`)}`;
}

/** Breaks a text between words, so that no line is longer than so many characters unless a word is. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = [...lines.slice(-1), word].join(' ');
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}
