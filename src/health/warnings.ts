import type { FleetStanding } from '../rancher/rancher.backend.js';
import type { OutboxHead } from '../store/upgrade-store.js';

/** Something that somebody should look at, but that keeps no upgrade from being carried out. */
export interface Warning {
  readonly name: 'events' | 'notices';
  readonly message: string;
}

/** A notice that waits for longer is not just on its way. */
const LATE_MS = 5 * 60_000;

/** Seconds. Rancher says something every 5 s; what was selected or connected to just now has not been heard yet. */
const SILENT = 15;

/** How many environments are named: enough to see which kind they are. */
const MOST_NAMES = 5;

/** What is amiss in how events are heard and in what people are not told yet. */
export function warningsOf(
  fleet: FleetStanding,
  outbox: readonly OutboxHead[],
  now: Date,
): readonly Warning[] {
  const late = outbox.filter(({ since }) => now.getTime() - since.getTime() > LATE_MS);
  return [...eventWarnings(fleet), ...late.map((head) => noticeWarning(head, now))];
}

function eventWarnings({ environments, unheard, silentFor }: FleetStanding): readonly Warning[] {
  if (unheard.length === 0 || silentFor <= SILENT) return [];
  const names = unheard.length > MOST_NAMES ? [...unheard.slice(0, MOST_NAMES), '…'] : unheard;
  const message =
    `the events of ${unheard.length} of ${environments} environments are not heard (${names.join(', ')}): ` +
    'they are polled instead, and the log says why';
  return [{ name: 'events', message }];
}

function noticeWarning({ channel, waiting, since }: OutboxHead, now: Date): Warning {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000);
  const message = `notices for ${channel} are not delivered (${waiting} so far), the oldest for ${minutes} minutes`;
  return { name: 'notices', message };
}
