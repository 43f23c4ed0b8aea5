import type { Actor, Scene } from './actor.js';

/** Services and stacks that come, go, and are called otherwise. */
export class Builders implements Actor {
  readonly pauseMs = [8000, 30_000] as const;
  acts = 0;

  constructor(
    private readonly scene: Scene,
    /** How many services there are to be, about. */
    private readonly services: number,
  ) {}

  async act(): Promise<void> {
    if (await this.change()) this.acts += 1;
  }

  private async change(): Promise<boolean> {
    const { rancher, random, maker } = this.scene;
    const services = await rancher.services();
    const way = random.next();
    if (way < 0.15) return this.renameStack();
    if (way < 0.3) return rancher.renameService(random.pick(services).id, maker.name('service'));
    const isTooFew = services.length <= this.services;
    if (isTooFew ? way < 0.8 : way < 0.4) return this.add();
    return rancher.act(random.pick(services.filter(({ state }) => state === 'active')).id, 'remove');
  }

  /** Half of the time in a stack that was not there before. */
  private async add(): Promise<boolean> {
    const { rancher, random, maker } = this.scene;
    const { environment, stack } = random.pick(await rancher.services());
    const place = random.chance(0.5) ? stack : maker.name('stack');
    return rancher.addService(environment, place, maker.service());
  }

  private async renameStack(): Promise<boolean> {
    const { rancher, random, maker } = this.scene;
    const { environment, stack } = random.pick(await rancher.services());
    return rancher.renameStack(environment, stack, maker.name('stack'));
  }
}
