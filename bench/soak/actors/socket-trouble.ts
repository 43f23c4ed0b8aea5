import type { Fault } from '../../shared/simulator.js';
import type { Actor, Scene } from './actor.js';

const LASTS_MS = [5000, 60_000] as const;
const SHARE_EVERYWHERE = 0.4;

/**
 * What events survive without being asked for anew. Of the same resource there is one event in a second at most: so frames
 * that come late by less are never out of order for one resource.
 */
export const HARMLESS: readonly Fault[] = [
  { kind: 'socket-duplicate', extra: 2 },
  { kind: 'socket-bare', form: 'null' },
  { kind: 'socket-bare', form: 'absent' },
  { kind: 'socket-bare', form: 'empty' },
  { kind: 'socket-slow', ms: 3000 },
  { kind: 'socket-reorder', ms: 900 },
];

/** Whatever can happen to a socket that somebody can notice: a loss without a trace is for the full listings. */
export const ANY: readonly Fault[] = [
  ...HARMLESS,
  { kind: 'socket-drop' },
  { kind: 'socket-drop' },
  { kind: 'socket-drop', afterMs: 4000 },
  { kind: 'socket-freeze' },
  { kind: 'socket-freeze' },
  { kind: 'socket-refuse', status: 503 },
  { kind: 'socket-refuse', status: 503, retryAfter: '20' },
  { kind: 'socket-refuse', status: 404 },
  { kind: 'socket-refuse', status: 200 },
];

/** Event sockets in trouble, one kind at a time, in one environment or in all. */
export class SocketTrouble implements Actor {
  readonly pauseMs = [10_000, 40_000] as const;
  acts = 0;

  constructor(
    private readonly scene: Scene,
    private readonly kinds: readonly Fault[],
  ) {}

  async act(until: AbortSignal): Promise<void> {
    const { rancher, random, time } = this.scene;
    const where = random.chance(SHARE_EVERYWHERE)
      ? {}
      : { environment: random.pick(await rancher.environments()).id };
    const fault = await rancher.break({ ...random.pick(this.kinds), ...where });
    await time.sleep(random.between(...LASTS_MS), until);
    await rancher.mend(fault);
    this.acts += 1;
  }
}
