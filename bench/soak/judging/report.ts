import type { Sample } from './evidence.js';
import { grownBy, MOST_GROWTH, slopeOf } from './judge.js';
import type { Outcome } from '../soak.js';

/** How much was tried and what came of it, in a few lines. */
export function summaryLines({ evidence, acts }: Outcome): readonly string[] {
  const { checks, censuses, samples, upgrades } = evidence;
  const [first, last] = [censuses[0], censuses.at(-1)];
  return [
    Object.entries(acts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
    `${upgrades.length} upgrades accepted: ${words(countedBy(upgrades.map(({ status }) => status)))}`,
    `${checks.length} checks, the last of ${checks.at(-1)?.services ?? 0} services; ` +
      `up to ${Math.max(...checks.map(({ unlisted }) => unlisted))} changes without a listing`,
    ...[first, last].flatMap((census, index) => {
      if (!census) return [];
      const { selected, open, connections, probe } = census;
      const when = index === 0 ? 'at the beginning' : 'in the end';
      return `${when}: ${selected} environments, ${open} event sockets, ${connections} connections (${probe.kept} of them HTTP), ${words(probe.resources)}`;
    }),
    memoryLine('rss', samples),
    memoryLine('heap', samples),
  ];
}

function memoryLine(figure: 'rss' | 'heap', samples: readonly Sample[]): string {
  const values = samples.map((sample) => sample[figure]);
  const range = `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)} MB`;
  const grown = grownBy(samples, figure);
  if (grown === null) return `${figure}: ${range}; too short a run to tell whether it grows`;
  return (
    `${figure}: ${range}; the last third ${grown.toFixed(1)} MB above the first (at most ${MOST_GROWTH[figure]}), ` +
    `${slopeOf(samples, figure).toFixed(2)} MB an hour`
  );
}

function countedBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function words(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
