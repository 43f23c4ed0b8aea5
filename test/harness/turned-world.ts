import { HandClock as SimulatedTime } from '../../simulator/clock.js';
import type { ServiceDescription } from '../../simulator/fleet.js';
import type { RequestEntry } from '../../simulator/journal.js';
import type { Service } from '../../simulator/world/records.js';
import { CattleFleet } from '../../src/rancher/cattle/fleet/cattle.fleet.js';
import type { UpgradeView } from '../../src/upgrade/routes/upgrade.view.js';
import { HandClock, idle } from '../fakes/hand-clock.js';
import { addOptedIn, World, type WorldOptions } from './world.js';

const STEP_MS = 50;
const LARGE_STEP_MS = 500;
const LIMIT_MS = 120_000;
const BEGIN_MS = Date.parse('2026-01-05T09:00:00Z');

/** A world whose time a test turns, for Rancher and the service alike: what nobody waits for does not happen. */
export class TurnedWorld {
  private constructor(
    readonly world: World,
    private readonly time: SimulatedTime,
    private readonly clock: HandClock,
    private readonly stepMs: number,
  ) {}

  /**
   * Starts both, and waits until events come from all environments that are named. In each step of time Rancher is ahead
   * of the service.
   */
  static async start(
    options: WorldOptions = {},
    fresh: readonly string[] = ['1a5', '1a6'],
    stepMs: number = STEP_MS,
  ): Promise<TurnedWorld> {
    const [time, clock] = [new SimulatedTime(BEGIN_MS), new HandClock(BEGIN_MS)];
    const world = await World.start({
      ...options,
      variables: { AUTOUPDATE_TIMEOUT: '', ...options.variables },
      simulator: { ...options.simulator, clock: time },
      clock,
    });
    const turned = new TurnedWorld(world, time, clock, stepMs);
    await turned.untilFresh(...fresh);
    return turned;
  }

  /** The time of both, in milliseconds. */
  get nowMs(): number {
    return this.time.now();
  }

  get rancher(): World['rancher'] {
    return this.world.rancher;
  }

  /** Lets so much time pass. */
  async turn(ms: number, stepMs = this.stepMs): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      const nowMs = Math.min(leftMs, stepMs);
      this.time.advance(nowMs);
      await this.settle();
      await this.clock.advance(nowMs);
      await this.settle();
    }
  }

  /** Lets much time pass, in large steps. */
  pass(ms: number): Promise<void> {
    return this.turn(ms, LARGE_STEP_MS);
  }

  /** Lets time pass until the condition holds; fails, with its words, when it does not within two minutes. */
  async until(
    words: string,
    condition: () => boolean | Promise<boolean>,
    stepMs = this.stepMs,
  ): Promise<void> {
    for (const endMs = this.nowMs + LIMIT_MS; !(await condition());) {
      if (this.nowMs > endMs) throw new Error(`waited in vain until ${words}`);
      await this.turn(stepMs, stepMs);
    }
  }

  /** Lets time pass, in large steps, until nothing of these environments is unknown. */
  untilFresh(...environments: readonly string[]): Promise<void> {
    const fleet = this.world.part(CattleFleet);
    const isFresh = (id: string) => fleet.of(id)?.isFresh === true;
    const words = `${environments.join()} are known`;
    return this.until(words, () => environments.every(isFresh), LARGE_STEP_MS);
  }

  /** Adds a service as `World.add` does; a push waits for nothing that the service does not know of it. */
  add(name: string, description: Partial<ServiceDescription> = {}, environment = 'production'): Service {
    return addOptedIn(this.rancher, name, description, environment);
  }

  /** When the events about what happens at this time are published: once a second. */
  publishedMs(atMs: number): number {
    return BEGIN_MS + Math.ceil((atMs - BEGIN_MS) / 1000) * 1000;
  }

  /** When a service last came into this state. */
  cameMs(service: Service, state: string): number {
    const changes = this.rancher.journal.changes.filter((change) => change.service === service.ref);
    return changes.findLast(({ to }) => to === state)?.at ?? Number.NaN;
  }

  /** How many event sockets are open, and how many were opened. */
  get sockets(): { readonly open: number; readonly opened: number } {
    return this.rancher.traffic.report().sockets;
  }

  async settled(id: string): Promise<UpgradeView> {
    await this.until('the upgrade has settled', async () => (await this.view(id)).status !== 'running');
    return this.view(id);
  }

  /** How an upgrade stands at this moment. */
  async view(id: string): Promise<UpgradeView> {
    const over = new AbortController();
    const viewing = this.world.view(id).finally(() => over.abort());
    while (!over.signal.aborted) {
      await this.settle();
      await this.clock.advance(0);
    }
    return viewing;
  }

  async upgrade(body: Readonly<Record<string, unknown>>): Promise<UpgradeView> {
    return this.settled(await this.world.begin(body));
  }

  /** What Rancher was asked since the journal was last emptied, but for the minute's question for the environments. */
  get asked(): readonly string[] {
    return this.rancher.journal.requests.filter(({ path }) => !path.endsWith('/projects')).map(inShort);
  }

  /** What Rancher was asked of one service, in order. */
  askedOf(service: Service): readonly string[] {
    return this.world.requests(service).map(inShort);
  }

  /** Lets all run that waits for no clock. */
  private async settle(): Promise<void> {
    for (let before = ''; before !== this.trace;) {
      before = this.trace;
      await idle();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private get trace(): string {
    const { requests, changes } = this.rancher.journal;
    const answered = requests.filter(({ status }) => status !== null).length;
    return [requests.length, answered, changes.length, this.world.output.length].join();
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

/** `upgrade`, `finishupgrade`, … for an action, `GET` for a service, `GET instances` for what is below it. */
function inShort({ method, path, query }: RequestEntry): string {
  if (method === 'POST') return query.replace('action=', '');
  const below = /\/services\/[^/]+\/(.*)$/.exec(path)?.[1];
  if (below) return `${method} ${below}`;
  return /\/services\/[^/]+$/.test(path) ? method : `${method} ${path.replace(/^.*\/projects\//, '')}`;
}
