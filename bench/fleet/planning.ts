import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../tools/until.js';
import { repositoryFor } from './fleet.js';
import type { Options } from './options.js';
import type { Delay } from './push.js';
import { type Scene, untilAllAreHeard, withRancher, withUpdater } from './scene.js';
import type { Updater } from './updater.js';

const PATIENCE_SECONDS = 60;
const LOOK_MS = 10;

/** What is still said and cleared away when all is planned belongs to it. */
const REST_MS = 500;

/** Older than what runs: every service is left as it is. */
const OLDER = '0.9.0';
const NEWER = '1.1.0';

/** A push of an image that so many services run, from its sending until each has been decided about. */
interface PlannedPush {
  readonly queued: number;
  readonly plannedMs: number;
  readonly delay: Delay;
}

export interface Planning {
  readonly candidates: number;
  readonly pushes: readonly PlannedPush[];
}

/**
 * Pushes to services that all run the same image: a version that none of them takes, as often as is measured, and at last one
 * that all of them take.
 */
export async function runPlanning(
  options: Options,
  folder: string,
  say: (line: string) => void,
): Promise<Planning> {
  const { candidates } = options;
  const scene: Scene = { options, services: candidates + 1, matchings: [candidates], folder, say };
  return withRancher(scene, (rancher, dying) =>
    withUpdater(rancher, scene, dying, async (updater) => {
      await untilAllAreHeard(rancher, dying.signal);
      return pushAll(updater, scene, dying.signal);
    }),
  );
}

async function pushAll(updater: Updater, { options, say }: Scene, signal: AbortSignal): Promise<Planning> {
  const { candidates, warmUp, pushes } = options;
  say(`${candidates} services that run one image`);
  const versions = [...Array.from({ length: warmUp + pushes }, () => OLDER), NEWER];
  const planned: PlannedPush[] = [];
  for (const version of versions) planned.push(await pushOne(updater, candidates, version, signal));
  const measured = planned.slice(warmUp);
  for (const { queued, plannedMs, delay } of measured) {
    say(
      `  ${queued} queued: planned after ${plannedMs.toFixed(0)} ms, held for ${delay.held.toFixed(1)} ms, late by ${delay.max.toFixed(1)}`,
    );
  }
  return { candidates, pushes: measured };
}

async function pushOne(
  updater: Updater,
  candidates: number,
  version: string,
  signal: AbortSignal,
): Promise<PlannedPush> {
  await updater.delay();
  const before = updater.planned;
  const began = performance.now();
  await updater.push(`${repositoryFor(candidates)}:${version}`);
  const decided = () => updater.planned.queued + updater.planned.left - before.queued - before.left;
  await until('all is planned', PATIENCE_SECONDS, LOOK_MS, signal, () => decided() >= candidates);
  const plannedMs = performance.now() - began;
  await sleep(REST_MS, undefined, { signal });
  const delay = await updater.delay();
  if (delay === null) throw new Error('the updater does not say how late its event loop was');
  return { queued: updater.planned.queued - before.queued, plannedMs, delay };
}
