import { setTimeout as sleep } from 'node:timers/promises';
import type { Traffic } from '../shared/simulator.js';
import { KEY } from '../shared/updater-variables.js';
import { within } from '../shared/within.js';
import { repositoryFor } from './fleet.js';
import { isSensible, type Options } from './options.js';
import { type Push, seenOf } from './push.js';
import type { Rancher } from './rancher.js';
import { limitMs, TIMES, upgradeMs } from './rancher-times.js';
import { type Scene, untilAllAreHeard, withRancher, withUpdater } from './scene.js';
import type { Updater } from './updater.js';

/** Timers are late; where they are later than this, the machine or the limit is not what it should be. */
const BUSY = 1.1;

const LOOK_MS = 200;

/** Services of a push that warms up. */
const WARMING = 10;

/** What comes after the last finish belongs to the push: containers are cleared away, the updater looks once more. */
const REST_MS = 1000;

/** An updater gets so long for each service, and a minute more. */
const PATIENCE_SECONDS = 10;

/** An answer may come after everything is done, but not so much later. */
const ANSWER_MS = 60_000;

/** Pushes of one size on one fleet. */
export interface Pair {
  readonly matching: number;
  readonly limitMs: number;
  readonly pushes: readonly Push[];
}

/** All that was measured on one fleet. Memory in megabytes. */
export interface Course {
  readonly services: number;
  /** What one upgrade took Rancher while nothing else happened. */
  readonly trialMs: number;
  readonly readyMs: number;
  readonly readyRequests: number;
  readonly readyTraffic: Traffic;
  readonly memory: { readonly ready: number; readonly end: number; readonly peak: number };
  readonly pairs: readonly Pair[];
}

interface Cast {
  readonly rancher: Rancher;
  readonly updater: Updater;
  /** Aborted where one of the programs has died. */
  readonly signal: AbortSignal;
}

/** Runs all pushes on a fleet of so many services, in a folder of its own. Throws where a program ends meanwhile. */
export async function runCourse(
  services: number,
  options: Options,
  folder: string,
  say: (line: string) => void,
): Promise<Course> {
  const matchings = options.matchings.filter((matching) => isSensible(services, matching));
  const scene: Scene = { options, services, matchings, folder, say };
  return withRancher(scene, async (rancher, dying) => {
    const { signal } = dying;
    const trialMs = await rancher.trial(signal);
    const expected = upgradeMs(TIMES);
    say(`${services} services; one upgrade takes Rancher ${trialMs} ms, of which ${expected} ms are set`);
    if (trialMs > expected * BUSY) say('that is so late that the ratios to the limit say little');
    await rancher.simulator.forget();
    return withUpdater(rancher, scene, dying, async (updater) => {
      return { services, trialMs, ...(await runPushes({ rancher, updater, signal }, scene)) };
    });
  });
}

async function runPushes(cast: Cast, scene: Scene): Promise<Omit<Course, 'services' | 'trialMs'>> {
  const { rancher, updater } = cast;
  const { requests } = await rancher.simulator.journal();
  const readyTraffic = await rancher.simulator.traffic();
  const readyMs = updater.startMs;
  const ready = updater.memory().now;
  scene.say(
    `ready after ${readyMs.toFixed(0)} ms, with ${requests.length} requests and ${ready.toFixed(0)} MB`,
  );
  if (scene.options.updater === null) await untilAllAreHeard(rancher, cast.signal);
  const warmed = scene.matchings.find((matching) => matching >= WARMING) ?? scene.matchings[0];
  if (warmed !== undefined) await warmUp(cast, scene, warmed);
  const pairs: Pair[] = [];
  for (const matching of scene.matchings) {
    pairs.push(await runPair(cast, scene, matching, matching === warmed ? scene.options.warmUp : 0));
  }
  const { now: end, peak } = updater.memory();
  return {
    readyMs,
    readyRequests: requests.length,
    readyTraffic,
    memory: { ready, end, peak },
    pairs,
  };
}

/** A program that has just started runs code that is not compiled yet: one that has been up for a while does not. */
async function warmUp(cast: Cast, { options }: Scene, matching: number): Promise<void> {
  const pair = { matching, limitMs: limitMs(matching, options.parallel), pushes: [] };
  for (let version = 1; version <= options.warmUp; version += 1) await runPush(cast, pair, version);
}

/** `before`: how many versions were pushed already. */
async function runPair(cast: Cast, { options, say }: Scene, matching: number, before: number): Promise<Pair> {
  const pushes: Push[] = [];
  const pair = { matching, limitMs: limitMs(matching, options.parallel), pushes };
  // Where one push does not come to its end, the next would only measure what is left of it.
  while (pushes.length < options.pushes && (pushes.at(-1)?.finished ?? matching) === matching) {
    const push = await runPush(cast, pair, before + pushes.length + 1);
    pushes.push(push);
    const end = push.lastFinishMs === null ? 'not done' : `${push.lastFinishMs.toFixed(0)} ms`;
    say(`  ${push.finished} of ${matching}: first ${push.firstStartMs?.toFixed(0)} ms, last ${end}`);
  }
  return pair;
}

async function runPush({ rancher, updater, signal }: Cast, pair: Pair, version: number): Promise<Push> {
  const { matching } = pair;
  await rancher.simulator.forget();
  await updater.delay();
  const sentAt = Date.now();
  const answered = updater.push(`${repositoryFor(matching)}:1.${version}.0`);
  // Another updater may answer only when all is done.
  answered.catch(() => undefined);
  await sleep(pair.limitMs * 0.9, undefined, { signal });
  const end = performance.now() + (60 + PATIENCE_SECONDS * matching) * 1000;
  while ((await rancher.finished()) < matching && performance.now() < end) {
    await sleep(LOOK_MS, undefined, { signal });
  }
  await sleep(REST_MS, undefined, { signal });
  const answer = await within(ANSWER_MS, answered);
  if (answer === null || answer.status < 200 || answer.status > 299) {
    throw new Error(`a push was answered by ${answer?.status ?? 'nothing'}`);
  }
  return {
    answeredMs: answer.milliseconds,
    ...seenOf(await rancher.simulator.journal(), sentAt, KEY.access, matching),
    traffic: await rancher.simulator.traffic(),
    delay: await updater.delay(),
  };
}
