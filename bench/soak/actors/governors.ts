import type { Actor, Scene } from './actor.js';
import { ENVIRONMENTS, SELECTED } from '../fleet.js';

const MOST = ENVIRONMENTS + 2;
const LEAST = ENVIRONMENTS - 2;
const NEW_SERVICES = 16;

/**
 * An environment that is inactive tells nothing, and its socket stays: only the minute's question notices that. Who makes it
 * active again within the minute hides what has happened meanwhile until the next full listing.
 */
const INACTIVE_MS = [70_000, 240_000] as const;

/** Environments that come, go, sleep, and are called otherwise: also so that they are selected no longer, or again. */
export class Governors implements Actor {
  readonly pauseMs = [60_000, 240_000] as const;
  acts = 0;

  constructor(private readonly scene: Scene) {}

  async act(until: AbortSignal): Promise<void> {
    const { rancher, random, maker } = this.scene;
    this.acts += 1;
    const environments = await rancher.environments();
    const { id } = random.pick(environments);
    const way = random.next();
    if (way < 0.25) await this.putToSleep(id, until);
    else if (way < 0.6) await rancher.changeEnvironment(id, { name: maker.environmentName(way < 0.5) });
    else if (environments.length <= LEAST || (environments.length < MOST && way < 0.8)) await this.add();
    else await rancher.removeEnvironment(id);
  }

  /** As many are selected as at the beginning, and no others are there. */
  async mend(): Promise<void> {
    const { rancher, maker } = this.scene;
    for (const { id, name } of await rancher.environments()) {
      if (!SELECTED.test(name)) await rancher.changeEnvironment(id, { name: maker.environmentName(true) });
    }
    const environments = await rancher.environments();
    for (const { id } of environments.slice(ENVIRONMENTS)) await rancher.removeEnvironment(id);
    for (let count = environments.length; count < ENVIRONMENTS; count += 1) await this.add();
  }

  private async putToSleep(id: string, until: AbortSignal): Promise<void> {
    const { rancher, random, time, signal } = this.scene;
    const [least, most] = INACTIVE_MS;
    await rancher.changeEnvironment(id, { state: 'inactive' });
    await time.sleep(least, signal);
    await time.sleep(random.between(0, most - least), until);
    await rancher.changeEnvironment(id, { state: 'active' });
  }

  private async add(): Promise<void> {
    await this.scene.rancher.addEnvironment(this.scene.maker.environment(NEW_SERVICES));
  }
}
