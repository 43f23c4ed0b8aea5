import type { Actor, Scene } from './actor.js';
import { REPOSITORY_NAMES } from '../fleet.js';

const LIMIT_MS = 60_000;

/** People who put other images into services by Rancher's page, also of another repository, and finish what they begin. */
export class People implements Actor {
  readonly pauseMs = [10_000, 40_000] as const;
  acts = 0;
  private readonly begun = new Set<string>();

  constructor(private readonly scene: Scene) {}

  async act(): Promise<void> {
    const { rancher, random, maker } = this.scene;
    await this.finish();
    const active = (await rancher.services()).filter(({ state }) => state === 'active');
    if (active.length === 0) return;
    const { id } = random.pick(active);
    const image = `docker:${maker.image(random.pick(REPOSITORY_NAMES))}`;
    if (!(await rancher.act(id, 'upgrade', image))) return;
    this.begun.add(id);
    this.acts += 1;
  }

  /** Whatever they have begun is finished. */
  async mend(): Promise<void> {
    const { time, signal } = this.scene;
    await time.until(
      async () => {
        await this.finish();
        return this.begun.size === 0;
      },
      LIMIT_MS,
      signal,
    );
    this.begun.clear();
  }

  /** Finishes what others have left: an environment may have gone, and come again, in the middle of an upgrade. */
  async tidyUp(): Promise<void> {
    const { rancher } = this.scene;
    for (const { id, state } of await rancher.services()) {
      if (state === 'upgraded') await rancher.act(id, 'finishupgrade');
    }
  }

  private async finish(): Promise<void> {
    const { rancher } = this.scene;
    const states = new Map((await rancher.services()).map(({ id, state }) => [id, state]));
    for (const id of this.begun) {
      const state = states.get(id);
      if (state === 'upgraded') await rancher.act(id, 'finishupgrade');
      if (state !== 'upgrading') this.begun.delete(id);
    }
  }
}
