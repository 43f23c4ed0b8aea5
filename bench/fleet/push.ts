import type { Change, Journal, SeenRequest, Traffic } from '../shared/simulator.js';

/** What a request is for. */
type Kind = 'list' | 'look' | 'instances' | 'start' | 'finish' | 'environments' | 'other';

/** What Rancher has seen of a push. Milliseconds are counted from the moment at which the push was sent. */
export interface Seen {
  /** null: nothing was started. */
  readonly firstStartMs: number | null;
  /** null: not every service was finished. */
  readonly lastFinishMs: number | null;
  /** Services that have been upgraded and finished. */
  readonly finished: number;
  /** The largest number of services that were not at rest at the same time. */
  readonly atOnce: number;
  readonly requests: Readonly<Record<Kind, number>>;
}

/** Milliseconds of the event loop. */
export interface Delay {
  readonly p99: number;
  readonly max: number;
  /** The longest without the time in which it could have gone on, but waited for a processor. */
  readonly held: number;
  /** The longest before the first start was sent; null: nothing was started. */
  readonly maxToStart: number | null;
}

/** All that was measured of one push. */
export interface Push extends Seen {
  /** Milliseconds until it was answered. */
  readonly answeredMs: number;
  readonly traffic: Traffic;
  /** null: it cannot be seen from outside. */
  readonly delay: Delay | null;
}

/** Reads from what the simulator has noted since a push was sent what came of it. */
export function seenOf(journal: Journal, sentAt: number, key: string, matching: number): Seen {
  const requests = journal.requests.filter((request) => request.key === key);
  const atOf = (kind: Kind) => requests.filter((one) => kindOf(one) === kind).map(({ at }) => at - sentAt);
  const starts = atOf('start');
  const finished = finishedIn(journal.changes);
  return {
    firstStartMs: starts.length === 0 ? null : Math.min(...starts),
    lastFinishMs: finished < matching ? null : Math.max(...atOf('finish')),
    finished,
    atOnce: mostAtOnce(journal.changes),
    requests: countsOf(requests),
  };
}

/** Bytes that Rancher has sent in frames of event sockets. */
export function bytesInFrames({ frames }: Traffic): number {
  return Object.values(frames).reduce((sum, { bytesOut }) => sum + bytesOut, 0);
}

/** How many services have been finished. */
export function finishedIn(changes: readonly Change[]): number {
  const ended = changes.filter(({ from, to }) => from === 'finishing-upgrade' && to === 'active');
  return new Set(ended.map(({ service }) => service)).size;
}

function mostAtOnce(changes: readonly Change[]): number {
  const busy = new Set<string>();
  let most = 0;
  for (const { service, to } of changes) {
    if (to === 'active') busy.delete(service);
    else busy.add(service);
    most = Math.max(most, busy.size);
  }
  return most;
}

function countsOf(requests: readonly SeenRequest[]): Record<Kind, number> {
  const counts = { list: 0, look: 0, instances: 0, start: 0, finish: 0, environments: 0, other: 0 };
  for (const request of requests) counts[kindOf(request)] += 1;
  return counts;
}

const ACTIONS: Readonly<Record<string, Kind>> = { upgrade: 'start', finishupgrade: 'finish' };

const READS: readonly (readonly [RegExp, Kind])[] = [
  [/\/services$/i, 'list'],
  [/\/services\/[^/]+$/i, 'look'],
  [/\/services\/[^/]+\/instances$/i, 'instances'],
  [/\/(?:projects|environments)(?:\/[^/]+)?$/i, 'environments'],
];

function kindOf({ method, path, query }: SeenRequest): Kind {
  if (method !== 'GET') return ACTIONS[new URLSearchParams(query).get('action') ?? ''] ?? 'other';
  const plain = path.replace(/\/+$/, '');
  return READS.find(([form]) => form.test(plain))?.[1] ?? 'other';
}
