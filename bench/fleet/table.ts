import type { Course, Pair } from './course.js';
import { bytesInFrames, type Push } from './push.js';
import { firstStart, type Judgement, middle, ratio, requests } from './targets.js';

type Row = readonly string[];

/** The figures of each fleet, as a Markdown table. */
export function fleetTable(courses: readonly Course[]): string {
  return markdown(
    [
      'services',
      'one upgrade s',
      'ready s',
      'requests',
      'MB sent',
      'memory MB',
      'after the pushes',
      'at most',
    ],
    courses.map(({ services, trialMs, readyMs, readyRequests, readyTraffic, memory }) => [
      thousands(services),
      (trialMs / 1000).toFixed(2),
      (readyMs / 1000).toFixed(2),
      String(readyRequests),
      (readyTraffic.bytesOut / 1e6).toFixed(2),
      ...[memory.ready, memory.end, memory.peak].map((megabytes) => megabytes.toFixed(0)),
    ]),
  );
}

/** The figures of the pushes, as a Markdown table: the median, and in brackets the worst. */
export function pushTable(courses: readonly Course[]): string {
  return markdown(
    [
      'services',
      'matching',
      'limit s',
      'answered ms',
      'first start ms',
      'last finish s',
      '÷ limit',
      'at once',
      'requests a service',
      'kB replied',
      'kB in frames',
      'loop late ms',
    ],
    courses.flatMap(({ services, pairs }) => pairs.map((pair) => rowOf(services, pair))),
  );
}

/** What was aimed at, a line each. */
export function judgementLines(judgements: readonly Judgement[]): readonly string[] {
  return judgements.map(({ name, value, most, isReached }) => {
    const measured = value === null ? 'not done' : readable(value);
    return `${isReached ? 'reached' : 'MISSED '}  ${name}: ${measured}, at most ${readable(most)}`;
  });
}

function rowOf(services: number, pair: Pair): Row {
  return [
    thousands(services),
    String(pair.matching),
    (pair.limitMs / 1000).toFixed(2),
    both(pair, ({ answeredMs }) => answeredMs, 1),
    both(pair, firstStart, 0),
    done(pair) ?? both(pair, ({ lastFinishMs }) => lastFinishMs && lastFinishMs / 1000, 2),
    done(pair) === null ? both(pair, ratio, 2) : '–',
    both(pair, ({ atOnce }) => atOnce, 0),
    both(pair, requests, 1),
    both(pair, ({ traffic }) => (traffic.bytesOut - bytesInFrames(traffic)) / 1000 / pair.matching, 1),
    both(pair, ({ traffic }) => bytesInFrames(traffic) / 1000 / pair.matching, 1),
    both(pair, ({ delay }) => delay && delay.max, 1),
  ];
}

/** How far the worst push has come where one was not done. */
function done({ matching, pushes }: Pair): string | null {
  const least = Math.min(...pushes.map(({ finished }) => finished));
  return least < matching ? `${least} of ${matching}` : null;
}

/** The median and the worst; of figures that cannot be seen a dash. */
function both(pair: Pair, figure: (push: Push, pair: Pair) => number | null, digits: number): string {
  const figures = pair.pushes.map((push) => figure(push, pair)).filter((value) => value !== null);
  const median = middle(pair, figure);
  if (median === null) return '–';
  return `${median.toFixed(digits)} (${Math.max(...figures).toFixed(digits)})`;
}

function thousands(count: number): string {
  return count.toLocaleString('en');
}

function readable(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 3 : 0 });
}

/** Columns to the right and as wide as their widest cell, as prettier sets them. */
function markdown(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) =>
    `| ${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => `${'-'.repeat(width - 1)}:`).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
