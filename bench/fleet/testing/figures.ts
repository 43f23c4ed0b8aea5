import type { Traffic } from '../../shared/simulator.js';
import type { Course, Pair } from '../course.js';
import type { Push } from '../push.js';

function trafficOf(bytesOut: number): Traffic {
  const underWay = { most: 10, mostPerService: { number: 1 } };
  const frames = { ping: { count: 5, bytesOut: 100 }, 'resource.change': { count: 9, bytesOut: 19_900 } };
  return { bytesIn: 20_000, bytesOut, frames, sockets: { open: 5 }, underWay };
}

/** A push on which everything is as it should be, but for what is said. */
export function pushOf(push: Partial<Push> = {}): Push {
  const requests = { list: 0, look: 10, instances: 10, start: 10, finish: 10, environments: 0, other: 0 };
  return {
    answeredMs: 3,
    firstStartMs: 12,
    lastFinishMs: 1100,
    finished: 10,
    atOnce: 10,
    requests,
    traffic: trafficOf(50_000),
    delay: { p99: 1, max: 9, held: 8, maxToStart: 4 },
    ...push,
  };
}

export function pairOf(pair: Partial<Pair> = {}): Pair {
  return { matching: 10, limitMs: 1000, pushes: [pushOf()], ...pair };
}

export function courseOf(course: Partial<Course> = {}): Course {
  const memory = { ready: 100, end: 110, peak: 120 };
  return {
    services: 1000,
    trialMs: 1010,
    readyMs: 900,
    readyRequests: 12,
    readyTraffic: trafficOf(300_000),
    memory,
    pairs: [pairOf()],
    ...course,
  };
}
