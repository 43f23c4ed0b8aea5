import type { Random } from '../../shared/random.js';
import type { Maker } from '../fleet.js';
import type { Rancher } from '../rancher.js';
import type { SoakTime } from '../soak-time.js';
import type { Updater } from '../updater.js';

/** Somebody or something that changes the world now and then. All milliseconds are simulated. */
export interface Actor {
  /** Between two acts: at least, at most. */
  readonly pauseMs: readonly [number, number];
  /** Does one thing. What takes time ends early, and well, when the signal is aborted. */
  act(until: AbortSignal): Promise<void>;
  /** Makes good what must not last. */
  mend?(): Promise<void>;
}

/** What actors act on. */
export interface Scene {
  readonly rancher: Rancher;
  readonly updater: Updater;
  readonly time: SoakTime;
  readonly maker: Maker;
  readonly random: Random;
  /** Aborted where it cannot go on. */
  readonly signal: AbortSignal;
}

/** Lets them act side by side for so long; then each ends what it is about. */
export async function play(actors: readonly Actor[], ms: number, scene: Scene): Promise<void> {
  const { time, random, signal } = scene;
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const playing = actors.map(async (actor) => {
    while (!until.aborted) {
      await time.sleep(random.between(...actor.pauseMs), until);
      if (!until.aborted) await actor.act(until);
    }
  });
  try {
    await Promise.race([time.sleep(ms, signal), Promise.all(playing)]);
  } finally {
    over.abort();
    await Promise.all(playing);
  }
  signal.throwIfAborted();
}
