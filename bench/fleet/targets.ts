import { median } from '../shared/samples.js';
import type { Course, Pair } from './course.js';
import type { Planning } from './planning.js';
import type { Push } from './push.js';

/** What was aimed at, and what was measured; null: it did not come to its end. */
export interface Judgement {
  readonly name: string;
  readonly value: number | null;
  readonly most: number;
  readonly isReached: boolean;
}

/** Megabytes that the program may hold when its inventory is filled and after all pushes, by the size of the fleet. */
const MEMORY = [
  [10_000, 150],
  [50_000, 250],
] as const;

/** Requests for each service: look, start, instances, finish. */
const REQUESTS = 4;

/** The event loop is never late for longer until the first start, nor held for longer by planning; garbage collection counts. */
const LATE_MS = 20;

/** Judges by the medians; what was not run is not judged. */
export function judge(courses: readonly Course[], planning: Planning | null = null): readonly Judgement[] {
  const pairOf = (services: number, matching: number) =>
    courseOf(courses, services)?.pairs.find((pair) => pair.matching === matching);
  const judgements = [
    ofPair('last finish ÷ limit', 1.5, 1000, 10, pairOf(1000, 10), ratio),
    ofPair('first start in ms', 30, 10_000, 20, pairOf(10_000, 20), firstStart),
    ofPair('last finish ÷ limit', 1.3, 10_000, 20, pairOf(10_000, 20), ratio),
    ofPair('last finish ÷ limit', 1.2, 10_000, 200, pairOf(10_000, 200), ratio),
    neverLate(pairOf(10_000, 20)),
    neverHeldIn(planning),
    growth(pairOf(1000, 10), pairOf(50_000, 10)),
    ready(courseOf(courses, 50_000)),
    ...MEMORY.map(([services, most]) => memory(services, most, courseOf(courses, services))),
    ...courses.flatMap(({ services, pairs }) =>
      pairs.map((pair) =>
        judged(`${services}/${pair.matching}: requests a service`, requestsOfEach(pair), REQUESTS),
      ),
    ),
  ];
  return judgements.filter((judgement) => judgement !== null);
}

/** The median of a figure over the pushes; null where one of them has none. */
export function middle(pair: Pair, figure: (push: Push, pair: Pair) => number | null): number | null {
  const figures = pair.pushes.map((push) => figure(push, pair));
  const known = figures.filter((value) => value !== null);
  return known.length < figures.length ? null : median(known);
}

export function ratio({ lastFinishMs }: Push, pair: Pair): number | null {
  return lastFinishMs === null ? null : lastFinishMs / pair.limitMs;
}

export function firstStart({ firstStartMs }: Push): number | null {
  return firstStartMs;
}

/** Requests for each service that the push matches. */
export function requests(push: Push, { matching }: Pair): number {
  return Object.values(push.requests).reduce((sum, count) => sum + count, 0) / matching;
}

/** That of the environments, which comes once a minute whatever is pushed, counts only where it comes with every push. */
function requestsOfEach(pair: Pair): number | null {
  const others = middle(pair, (push) => requests(push, pair) - push.requests.environments / pair.matching);
  const always = Math.min(...pair.pushes.map((push) => push.requests.environments));
  return others === null ? null : others + always / pair.matching;
}

function ofPair(
  what: string,
  most: number,
  services: number,
  matching: number,
  pair: Pair | undefined,
  figure: (push: Push, pair: Pair) => number | null,
): Judgement | null {
  return pair ? judged(`${services}/${matching}: ${what}`, middle(pair, figure), most) : null;
}

/** What must never be is judged by the worst; where it cannot be seen from outside, not at all. */
function neverLate(pair: Pair | undefined): Judgement | null {
  const delays = pair?.pushes.map(({ delay }) => delay).filter((delay) => delay !== null) ?? [];
  if (delays.length === 0) return null;
  const known = delays.map(({ maxToStart }) => maxToStart).filter((ms) => ms !== null);
  const worst = known.length < delays.length ? null : Math.max(...known);
  return judged('10000/20: ms that the event loop is late at most, until the first start', worst, LATE_MS);
}

/** Whoever reads ten thousand lines of its log has a processor meanwhile, too: what waits for one is not held by planning. */
function neverHeldIn(planning: Planning | null): Judgement | null {
  if (planning?.candidates !== 10_000) return null;
  const worst = Math.max(...planning.pushes.map(({ delay }) => delay.held));
  return judged('10000 candidates: ms that planning holds the event loop at most', worst, LATE_MS);
}

function growth(small: Pair | undefined, large: Pair | undefined): Judgement | null {
  if (!small || !large) return null;
  const [before, after] = [small, large].map((pair) => middle(pair, ({ lastFinishMs }) => lastFinishMs));
  const grown = before && after ? after / before : null;
  return judged('from 1000/10 to 50000/10: growth of the time to the last finish', grown, 1.2);
}

function ready(course: Course | undefined): Judgement | null {
  return course ? judged('50000: ms from the start to ready', course.readyMs, 10_000) : null;
}

function memory(services: number, most: number, course: Course | undefined): Judgement | null {
  if (!course) return null;
  const held = Math.max(course.memory.ready, course.memory.end);
  return judged(`${services}: MB of memory`, held, most);
}

function judged(name: string, value: number | null, most: number): Judgement {
  return { name, value, most, isReached: value !== null && value <= most };
}

function courseOf(courses: readonly Course[], services: number): Course | undefined {
  return courses.find((course) => course.services === services);
}
