import type { Actor, Scene } from './actor.js';

const OFF_MS = [5000, 90_000] as const;
const REVOKED_MS = [120_000, 600_000] as const;

/** Rancher that is started anew. */
export class Restarts implements Actor {
  readonly pauseMs = [300_000, 900_000] as const;
  acts = 0;

  constructor(private readonly scene: Scene) {}

  async act(): Promise<void> {
    await this.scene.rancher.unplug(this.scene.random.between(...OFF_MS));
    this.acts += 1;
  }
}

/** The key, which is taken away once and given back. */
export class Revocation implements Actor {
  readonly pauseMs = [60_000, 120_000] as const;
  acts = 0;

  constructor(private readonly scene: Scene) {}

  async act(until: AbortSignal): Promise<void> {
    const { rancher, random, time } = this.scene;
    if (this.acts > 0) return;
    this.acts += 1;
    await rancher.revokeKey();
    await time.sleep(random.between(...REVOKED_MS), until);
    if (!(await rancher.giveKeyBack())) throw new Error('the key cannot be given back');
  }
}
