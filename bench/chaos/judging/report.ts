import { bare, historiesOf, repeatedStarts } from '../../shared/service-history.js';
import type { SeenRequest } from '../../shared/simulator.js';
import type { Evidence, Violation } from './evidence.js';
import type { ToldChannel } from './notice-evidence.js';
import type { Outcome } from '../run.js';

/** Simulated milliseconds before and after a service's own lines in which a kill belongs to its timeline. */
const NEAR_MS = 3000;

/** How much was tried, in a few lines. */
export function summaryLines(outcome: Outcome): readonly string[] {
  const { evidence, notices, journal, kills, humanActs, troubles } = outcome;
  const ours = deedsOf(evidence).filter(({ by }) => by === 'us');
  const counted = (what: string) => ours.filter((deed) => deed.what === what).length;
  const again = [...historiesOf(evidence).values()].flatMap((history) =>
    repeatedStarts(history).filter(({ isHumanBetween }) => isHumanBetween),
  );
  const services = new Set(ours.map(({ change }) => change.service)).size;
  const struck = [...countsOf(journal.requests)].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [
    `${kills.length} kills, ${evidence.accepted.length} upgrades accepted, ${humanActs} acts of humans`,
    `by us: ${counted('start')} starts, ${counted('finish')} finishes, ${counted('undo')} rollbacks, on ${services} services`,
    `${goodOnesUndone(evidence)} of the rollbacks were of versions that are good (deadlines missed)`,
    `${again.length} starts repeated one of ours after a human had acted (not judged)`,
    `event sockets were in trouble ${troubles.sockets} times, Rancher was started anew ${troubles.restarts} times`,
    `notices: ${notices.channels.map(deliveries).join(', ')}; their receivers were in trouble ${troubles.receivers} times`,
    `requests that went wrong: ${struck === '' ? 'none' : struck}`,
  ];
}

/** "7 to desk (taken 9 times, gone wrong 4 times)" */
function deliveries({ name, taken, failed }: ToldChannel): string {
  const notices = new Set(taken.map(({ delivery }) => delivery)).size;
  return `${notices} to ${name} (taken ${taken.length} times, gone wrong ${failed} times)`;
}

/** A violation, and all that happened to the service that it is about. */
export function violationLines({ service, message }: Violation, outcome: Outcome): readonly string[] {
  if (service === null) return [message];
  return [`${service} ${message}`, ...timeline(service, outcome).map((line) => `    ${line}`)];
}

function timeline(service: string, { journal, kills }: Outcome): readonly string[] {
  const changes = journal.changes.flatMap(({ at, service: id, to, image, version, actor }) =>
    id === service ? [{ at, text: `${to} with ${bare(image)} (${version}), by ${actor}` }] : [],
  );
  const requests = journal.requests.flatMap((request) =>
    request.method === 'POST' && request.path.split('/').includes(service)
      ? [{ at: request.at, text: wordsOf(request) }]
      : [],
  );
  const own = [...requests, ...changes].toSorted((a, b) => a.at - b.at);
  const from = (own[0]?.at ?? 0) - NEAR_MS;
  const to = (own.at(-1)?.at ?? 0) + NEAR_MS;
  const near = kills.filter((at) => at >= from && at <= to).map((at) => ({ at, text: 'kill -9' }));
  const began = journal.requests[0]?.at ?? from;
  return [...own, ...near]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => `${((at - began) / 1000).toFixed(3).padStart(9)} s  ${text}`);
}

function wordsOf({ query, status, faults }: SeenRequest): string {
  const struck = faults.length > 0 ? ` (${faults.join(', ')})` : '';
  return `asked by us: ${query}, answered ${status ?? 'nothing'}${struck}`;
}

function goodOnesUndone(evidence: Evidence): number {
  const bad = new Set(
    evidence.accepted.flatMap(({ image, fails }) => fails.map((service) => `${service} ${image}`)),
  );
  let undone = 0;
  for (const { service, deeds } of historiesOf(evidence).values()) {
    let started = '';
    for (const { what, by, image } of deeds) {
      if (what === 'start') started = image;
      else if (what === 'undo' && by === 'us' && !bad.has(`${service} ${started}`)) undone += 1;
    }
  }
  return undone;
}

function deedsOf(evidence: Evidence) {
  return [...historiesOf(evidence).values()].flatMap(({ deeds }) => deeds);
}

/** How often each fault has struck. */
function countsOf(requests: readonly SeenRequest[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of requests.flatMap(({ faults }) => faults)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
