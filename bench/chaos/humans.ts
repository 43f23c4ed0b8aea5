import { setTimeout as sleep } from 'node:timers/promises';
import { bare } from '../shared/service-history.js';
import type { SeenService, SimulatorProcess } from '../shared/simulator.js';
import type { Random } from '../shared/random.js';

const PAUSE_MS = [300, 1800] as const;
const NAMES = ['alice', 'bob', 'carol'] as const;

/** Newer than anything that is asked of the updater. */
const VERSION = 5;

const MOVING: ReadonlySet<string> = new Set(['upgrading', 'upgraded']);

/** People who click in Rancher's page, on some services only, and who finish what they have begun. */
export class Humans {
  /** Images that they have put in. */
  private readonly own = new Set<string>();
  acts = 0;

  constructor(
    private readonly simulator: SimulatorProcess,
    private readonly touched: ReadonlySet<string>,
    private readonly random: Random,
  ) {}

  async act(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const services = await this.simulator.services();
      await this.finishOwn(services);
      const theirs = services.filter(({ name, state }) => this.touched.has(name) && state !== 'removed');
      const moving = theirs.filter(({ state }) => MOVING.has(state));
      const choice = moving.length > 0 && this.random.chance(0.8) ? moving : theirs;
      if (choice.length > 0) await this.touch(this.random.pick(choice));
      await sleep(this.random.between(...PAUSE_MS));
    }
  }

  /** Finishes what they have begun, as far as it can be finished; answers whether nothing of theirs is left. */
  async tidyUp(): Promise<boolean> {
    const services = await this.simulator.services();
    await this.finishOwn(services);
    return !services.some((service) => MOVING.has(service.state) && this.isOwn(service));
  }

  private async touch({ id, state, image }: SeenService): Promise<void> {
    const repository = bare(image).split(':')[0] ?? '';
    const way = this.random.next();
    if (way < 0.08) await this.do(id, 'remove');
    else if (state === 'upgraded') await this.do(id, way < 0.55 ? 'finishupgrade' : 'rollback');
    else if (state === 'upgrading') await this.do(id, 'rollback');
    else if (state === 'active' && way < 0.4) {
      const wanted = `${repository}:${VERSION}.${this.acts}.0`;
      this.own.add(wanted);
      await this.do(id, 'upgrade', wanted);
    }
  }

  private async finishOwn(services: readonly SeenService[]): Promise<void> {
    for (const service of services) {
      if (service.state === 'upgraded' && this.isOwn(service)) await this.do(service.id, 'finishupgrade');
    }
  }

  private isOwn({ image }: SeenService): boolean {
    return this.own.has(bare(image));
  }

  private async do(service: string, action: string, image?: string): Promise<void> {
    const isDone = await this.simulator.act(this.random.pick(NAMES), service, action, image);
    if (isDone) this.acts += 1;
  }
}
