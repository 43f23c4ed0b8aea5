import { historiesOf, repeatedStarts } from '../../shared/service-history.js';
import { KEY } from '../../shared/updater-variables.js';
import type { Census, Evidence, Sample } from './evidence.js';

/** Changes of which events alone must have told before one check at least. */
const LEAST_UNLISTED = 100;

/** Megabytes by which the last third may hold more than the first, without garbage: what is kept of upgrades, and noise. */
export const MOST_GROWTH = { rss: 25, heap: 6 };

/** Hours in which code is compiled and caches are filled: what is held then says nothing of what is held for good. */
const WARM_UP_HOURS = 0.5;

/** How many more timers there may be at one moment than at another: what is under way just then. */
const MORE_TIMERS = 4;

const NOT_SETTLED: ReadonlySet<string> = new Set(['running', 'awaiting_confirmation']);

/** Counted more exactly by the system. */
const CONNECTIONS = 'TCPSocketWrap';

/** Everything that is not as it must be, in a sentence each. */
export function judge(evidence: Evidence): readonly string[] {
  const { checks, censuses, samples, upgrades, leftOver, warnings, unrest } = evidence;
  return [
    ...checks.flatMap(({ hours, differences }) => differences.map((words) => `after ${at(hours)}: ${words}`)),
    ...unchecked(evidence),
    ...unheard(evidence),
    ...censuses.flatMap(leakedSockets),
    ...leakedResources(censuses),
    ...growth(samples),
    ...upgrades.flatMap(({ id, image, status }) =>
      NOT_SETTLED.has(status) ? [`${image} (${id}) was accepted and is ${status}`] : [],
    ),
    ...twice(evidence),
    ...leftOver.map((service) => `${service} was left out by the last push`),
    ...warnings,
    ...unrest.map(({ hours, what }) => `after ${at(hours)}: ${what}`),
  ];
}

/** Megabytes by which the last third holds more than the first; null: the run was too short to tell. */
export function grownBy(samples: readonly Sample[], figure: 'rss' | 'heap'): number | null {
  const warm = samples.filter(({ hours }) => hours >= WARM_UP_HOURS);
  const third = Math.floor(warm.length / 3);
  if (third === 0) return null;
  const mean = (some: readonly Sample[]) => some.reduce((sum, sample) => sum + sample[figure], 0) / third;
  return mean(warm.slice(-third)) - mean(warm.slice(0, third));
}

/** Megabytes an hour, by the line that fits best. */
export function slopeOf(samples: readonly Sample[], figure: 'rss' | 'heap'): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [hours, value] = [mean((sample) => sample.hours), mean((sample) => sample[figure])];
  const spread = mean((sample) => (sample.hours - hours) ** 2);
  if (!(spread > 0)) return 0;
  return mean((sample) => (sample.hours - hours) * (sample[figure] - value)) / spread;
}

/** Where things come to rest late, a round may be left out; but who hardly looks finds nothing. */
function unchecked({ checks, rounds }: Evidence): readonly string[] {
  const least = rounds + 2;
  return checks.length >= least ? [] : [`only ${checks.length} checks were made, not ${least} at least`];
}

function unheard({ checks }: Evidence): readonly string[] {
  const most = Math.max(0, ...checks.map(({ unlisted }) => unlisted));
  if (most >= LEAST_UNLISTED) return [];
  return [`no check was made after ${LEAST_UNLISTED} changes without a listing, at most after ${most}`];
}

function leakedSockets({ hours, selected, open, connections, probe }: Census): readonly string[] {
  const own = connections - probe.kept;
  if (open === selected && own === selected) return [];
  return [
    `after ${at(hours)}: ${selected} environments, but ${open} event sockets by the simulator’s count, ${own} by the system’s`,
  ];
}

function leakedResources(censuses: readonly Census[]): readonly string[] {
  const [first, last] = [censuses[0]?.probe.resources, censuses.at(-1)?.probe.resources];
  if (!first || !last) return [];
  return Object.entries(last).flatMap(([name, count]) => {
    const before = first[name] ?? 0;
    const isLeak = name !== CONNECTIONS && count > before + (name === 'Timeout' ? MORE_TIMERS : 0);
    return isLeak ? [`${count} × ${name} in the end, ${before} at the beginning`] : [];
  });
}

function growth(samples: readonly Sample[]): readonly string[] {
  return (['rss', 'heap'] as const).flatMap((figure) => {
    const grown = grownBy(samples, figure);
    const most = MOST_GROWTH[figure];
    return grown !== null && grown > most
      ? [`the ${figure} has grown by ${grown.toFixed(1)} MB, more than ${most} MB`]
      : [];
  });
}

function twice({ changes }: Evidence): readonly string[] {
  const histories = [...historiesOf({ us: KEY.access, changes, refusals: [] }).values()];
  return histories.flatMap((history) =>
    repeatedStarts(history)
      .filter(({ isHumanBetween }) => !isHumanBetween)
      .map(({ image }) => `${history.service} was upgraded twice to ${image}`),
  );
}

function at(hours: number): string {
  return `${hours.toFixed(2)} h`;
}
