import {
  bare,
  type Deed,
  historiesOf,
  repeatedStarts,
  type ServiceHistory,
} from '../../shared/service-history.js';
import { type Accepted, type Evidence, NOT_SETTLED, RULES, type Rule, type Violation } from './evidence.js';

/** States in which nothing is left half-way. */
const AT_REST: ReadonlySet<string> = new Set(['active', 'inactive', 'removed']);

/**
 * Everything that is not as it must be after a run, from what the simulator saw. A service that a human has touched is
 * judged by its last actor: where that is not us, how it ended is not ours to answer for.
 */
export function judge(evidence: Evidence): readonly Violation[] {
  const { accepted } = evidence;
  const histories = historiesOf(evidence);
  return [
    ...[...histories.values()].flatMap((history) => [
      ...twice(history),
      ...stranded(history, accepted),
      ...finishedBad(history, accepted),
      ...keptBad(history, accepted),
      ...meddled(history),
    ]),
    ...newestOf(accepted).flatMap((newest) => forgotten(newest, histories)),
    ...accepted.flatMap(unsettled),
    ...idle([...histories.values()], accepted),
  ];
}

/** A service that does nothing breaks no other rule. */
function idle(histories: readonly ServiceHistory[], accepted: readonly Accepted[]): readonly Violation[] {
  const isAsked = accepted.some(({ services }) => services.length > 0);
  const hasStarted = histories.some(({ deeds }) =>
    deeds.some(({ what, by }) => what === 'start' && by === 'us'),
  );
  const acted = histories.some(({ deeds }) => deeds.some(({ by }) => by === 'human'));
  return isAsked && !hasStarted && !acted ? [violation('idle', null, `${accepted.length} upgrades`)] : [];
}

function twice(history: ServiceHistory): readonly Violation[] {
  return repeatedStarts(history)
    .filter(({ isHumanBetween }) => !isHumanBetween)
    .map(({ image }) => violation('twice', history.service, image));
}

function stranded(
  { service, deeds, last }: ServiceHistory,
  accepted: readonly Accepted[],
): readonly Violation[] {
  if (deeds.at(-1)?.by !== 'us' || AT_REST.has(last.to)) return [];
  if (isToBeLeft(service, bare(last.image), accepted)) return [];
  return [violation('stranded', service, `${last.to} with ${bare(last.image)}`)];
}

function finishedBad(
  { service, deeds }: ServiceHistory,
  accepted: readonly Accepted[],
): readonly Violation[] {
  return deeds
    .filter(({ what, by, image }) => what === 'finish' && by === 'us' && isBad(service, image, accepted))
    .map(({ image }) => violation('finished_bad', service, image));
}

function keptBad(
  { service, deeds, last }: ServiceHistory,
  accepted: readonly Accepted[],
): readonly Violation[] {
  const { what, by } = deeds.at(-1) ?? {};
  const isUndone = what === 'undo' && by === 'us' && AT_REST.has(last.to);
  return isUndone && isBad(service, bare(last.image), accepted)
    ? [violation('kept_bad', service, bare(last.image))]
    : [];
}

function meddled({ service, deeds }: ServiceHistory): readonly Violation[] {
  return deeds
    .filter((deed) => deed.by === 'us' && !isOurs(deed))
    .map(({ change }) => violation('meddled', service, `from ${change.from} to ${change.to}`));
}

/** We start upgrades, and end only those that we have started; nothing else. */
function isOurs({ what, underWayBy }: Deed): boolean {
  return what === 'start' || (what !== 'other' && underWayBy === 'us');
}

function forgotten(
  { image, services, status }: Accepted,
  histories: ReadonlyMap<string, ServiceHistory>,
): readonly Violation[] {
  if (status !== 'succeeded' && status !== 'nothing_to_do') return [];
  return services
    .filter((service) => {
      const deeds = histories.get(service)?.deeds ?? [];
      return !deeds.some(
        ({ what, by, image: started }) => by === 'human' || (what === 'start' && started === image),
      );
    })
    .map((service) => violation('forgotten', service, image));
}

function unsettled({ id, image, status }: Accepted): readonly Violation[] {
  if (status === null) return [violation('unknown', null, `${id} (${image})`)];
  return NOT_SETTLED.has(status) ? [violation('unsettled', null, `${id} (${image}): ${status}`)] : [];
}

function isBad(service: string, image: string, accepted: readonly Accepted[]): boolean {
  return accepted.some((one) => one.image === image && one.fails.includes(service));
}

/** Whoever asked wanted it to stay as Rancher has it when it fails. */
function isToBeLeft(service: string, image: string, accepted: readonly Accepted[]): boolean {
  return accepted.some(
    (one) => one.image === image && one.onFailure === 'leave' && one.fails.includes(service),
  );
}

/** The last that was accepted for each repository. */
function newestOf(accepted: readonly Accepted[]): readonly Accepted[] {
  const newest = new Map(accepted.map((one) => [one.image.slice(0, one.image.lastIndexOf(':')), one]));
  return [...newest.values()];
}

function violation(rule: Rule, service: string | null, about: string): Violation {
  return { rule, service, message: `${RULES[rule]}: ${about}` };
}
