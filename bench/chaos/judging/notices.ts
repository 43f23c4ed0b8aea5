import { NOT_SETTLED, type Rule, RULES, type Violation } from './evidence.js';
import { earlyWordOf } from './early-word.js';
import { firstsOf, type Telling, tellingsOf } from './tellings.js';
import type { NoticeEvidence, ToldChannel, Turn, UpgradeRecord } from './notice-evidence.js';

/** Nothing is told where an upgrade has come only to this. */
const SILENT = 'superseded';

/** What is told only where something was tried. */
const NOTHING = 'nothing_to_do';

/** What is no news after another outcome. */
const NO_NEWS: ReadonlySet<string> = new Set(['succeeded', 'awaiting_confirmation']);

/** What a channel has to be told of, and the notice or the digest that tells of it. */
interface News {
  readonly turn: Turn;
  readonly told: Telling | undefined;
}

/**
 * Every notice that was lost, and all that channels were told that is not so. A notice may come more than once; then the first
 * time counts.
 */
export function judgeNotices({ records, channels, undelivered }: NoticeEvidence): readonly Violation[] {
  const isLeft = undelivered !== 0;
  return [
    ...(isLeft ? [violation('undelivered', `${undelivered ?? 'nobody knows how many'} notices`)] : []),
    ...channels.flatMap((channel) => ofChannel(channel, records)),
  ];
}

function ofChannel(channel: ToldChannel, records: readonly UpgradeRecord[]): readonly Violation[] {
  const { notices, broken } = firstsOf(channel);
  const tellings = tellingsOf(notices);
  const known = new Set(records.map(({ id }) => id));
  const unasked = tellings.filter(({ upgrade }) => upgrade === null || !known.has(upgrade));
  const settled = records.filter(({ status }) => !NOT_SETTLED.has(status));
  const all = settled.map((record) => {
    const mine = tellings.filter(({ upgrade }) => upgrade === record.id);
    return { record, mine, early: earlyNewsOf(record, mine), news: newsOf(record, mine) };
  });
  const found = [
    ...broken.map(({ rule, about }) => violation(rule, about)),
    ...unasked.map(({ upgrade }) => violation('unasked', String(upgrade))),
    ...all.flatMap(({ record, mine, early, news }) => [
      ...untold(record, [...early, ...news]),
      ...neverSo(record, mine, news),
      ...toldTwice(record, mine, news),
      ...lastOtherwise(record, mine, news),
    ]),
    ...disordered(all.flatMap(({ early, news }) => [...early, ...news])),
  ];
  return found.map((one) => ({ ...one, message: `channel ${channel.name}: ${one.message}` }));
}

/** What people have to be told of an upgrade, each outcome with the notice of it. */
function newsOf({ status, rollouts, history }: UpgradeRecord, mine: readonly Telling[]): readonly News[] {
  const isKnown = history.at(-1)?.status === status;
  // That the journal does not know how it ended is no excuse.
  const turns = isKnown ? history : [...history, { entry: Infinity, status }];
  const news = turns.filter((turn, index) => {
    const before = turns[index - 1]?.status ?? 'running';
    if (turn.status === 'running' || turn.status === before || turn.status === SILENT) return false;
    if (turn.status === NOTHING && rollouts.length === 0) return false;
    return before === 'running' || !NO_NEWS.has(turn.status);
  });
  return news.map((turn, index) => {
    const earlier = news.slice(0, index).filter((one) => one.status === turn.status).length;
    return { turn, told: mine.filter((one) => one.status === turn.status)[earlier] };
  });
}

/** The early word on a failure, where there has to be one. */
function earlyNewsOf(record: UpgradeRecord, mine: readonly Telling[]): readonly News[] {
  const turn = earlyWordOf(record);
  if (turn === undefined) return [];
  return [{ turn, told: mine.find(({ status }) => status === 'running') }];
}

function untold(record: UpgradeRecord, news: readonly News[]): readonly Violation[] {
  return news
    .filter(({ told }) => told === undefined)
    .map(({ turn }) => violation('untold', `${wordsOf(record)}: ${turn.status}`));
}

function neverSo(
  record: UpgradeRecord,
  mine: readonly Telling[],
  news: readonly News[],
): readonly Violation[] {
  const so = new Set(['running', ...news.map(({ turn }) => turn.status)]);
  return mine
    .filter(({ status }) => !so.has(status))
    .map(({ status }) => violation('contradicted', `${wordsOf(record)}, told that it ${status}`));
}

/** A receiver that forgets what it has had, by its id, has to be left with one for each outcome. */
function toldTwice(
  record: UpgradeRecord,
  mine: readonly Telling[],
  news: readonly News[],
): readonly Violation[] {
  return [...new Set(news.map(({ turn }) => turn.status))].flatMap((status) => {
    const times = news.filter(({ turn }) => turn.status === status).length;
    const ids = mine.filter((one) => one.notice !== null && one.status === status).length;
    return ids > times ? [violation('doubled', `${wordsOf(record)}: ${status}, ${ids} ids`)] : [];
  });
}

/** The last word on an upgrade is how it has ended, and what came of each service. */
function lastOtherwise(
  record: UpgradeRecord,
  mine: readonly Telling[],
  news: readonly News[],
): readonly Violation[] {
  const last = news.at(-1);
  if (!last?.told) return [];
  const { turn, told } = last;
  const isLast = mine.every(({ place, status }) => place <= told.place || status === turn.status);
  const later = isLast
    ? []
    : [violation('contradicted', `${wordsOf(record)}: ${turn.status}, and told something else later`)];
  return [...later, ...servicesOtherwise(record, told)];
}

/** What has come of a service since is not told again where the whole stays what it is. */
function servicesOtherwise(record: UpgradeRecord, { notice }: Telling): readonly Violation[] {
  if (notice === null) return [];
  const told = new Map(notice.rollouts.map(({ id, status }) => [id, status]));
  return record.rollouts
    .filter(({ id, status, finishedAt }) => {
      if (!told.has(id)) return notice.more === 0;
      return told.get(id) !== status && finishedAt !== null && finishedAt <= notice.time;
    })
    .map(({ id, status }) => {
      const words = `rollout ${id} is ${status}, told as ${told.get(id) ?? 'nothing'}`;
      return violation('contradicted', `${wordsOf(record)}: ${words}`);
    });
}

/** What was written first is told first; what one digest tells has no order. */
function disordered(news: readonly News[]): readonly Violation[] {
  const found = news.flatMap(({ turn: { entry }, told }) =>
    told && Number.isFinite(entry) ? [{ entry, ...told }] : [],
  );
  return found
    .filter((one) => found.some(({ entry, place }) => entry > one.entry && place < one.place))
    .map(({ upgrade, status }) => violation('disordered', `${upgrade}: ${status}`));
}

function wordsOf({ id, image }: UpgradeRecord): string {
  return `${id} (${image})`;
}

function violation(rule: Rule, about: string): Violation {
  return { rule, service: null, message: `${RULES[rule]}: ${about}` };
}
