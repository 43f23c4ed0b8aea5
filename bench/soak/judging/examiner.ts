import type { Journal } from '../../shared/simulator.js';
import type { Scene } from '../actors/actor.js';
import { differences, type Known, toldBy } from './compare.js';
import { connectionsTo } from './connections.js';
import type { Census, Check, Sample } from './evidence.js';
import { REPOSITORY_NAMES } from '../fleet.js';
import type { ShownUpgrade } from '../updater.js';

const HOUR_MS = 3_600_000;

/** Older than every version that runs: it would upgrade nothing, and all that run its repository are named. */
const OLD = '0.0.1';

/** A page of an environment's services. */
const LIST = /\/projects\/[^/]+\/services\/?$/;

const ASK_LIMIT_MS = 900_000;

/** Until nothing changes while somebody looks: requests come and go, and a rollback can come late. */
const STEADY_LIMIT_MS = 600_000;

/** Asks the service from outside what it knows and what it holds. */
export class Examiner {
  readonly checks: Check[] = [];
  readonly censuses: Census[] = [];
  readonly samples: Sample[] = [];

  constructor(private readonly scene: Scene) {}

  /** Compares what it knows of services with what there is; again, where that has changed meanwhile. */
  async check(): Promise<Check> {
    const { rancher, time, signal } = this.scene;
    let there: readonly Known[] = [];
    let told: readonly Known[] = [];
    const stoodStill = await time.until(
      async () => {
        there = await rancher.fleet();
        told = await this.everything();
        return differences(await rancher.fleet(), there).length === 0;
      },
      STEADY_LIMIT_MS,
      signal,
    );
    if (!stoodStill) throw new Error('the fleet changes in calm moments too');
    const unlisted = unlistedIn(await rancher.simulator.journal());
    const check = {
      hours: this.hours,
      services: there.length,
      unlisted,
      differences: differences(there, told),
    };
    this.checks.push(check);
    return check;
  }

  /**
   * What a push would do everywhere. Asks again where an environment could not be read: a machine that is late by a tenth of
   * a second has let six of theirs pass. Throws where that does not end.
   */
  async ask(image: string): Promise<ShownUpgrade> {
    const { updater, time, signal } = this.scene;
    let answer: ShownUpgrade | null = null;
    const isWhole = async () => {
      answer = await updater.dryRun(image);
      return answer?.unread_environments.length === 0;
    };
    if ((await time.until(isWhole, ASK_LIMIT_MS, signal)) && answer) return answer;
    throw new Error(`the service cannot read every environment: ${JSON.stringify(answer)}`);
  }

  /** What it holds; looks again where the counts do not fit, for something may be under way. */
  async census(): Promise<Census> {
    const { time, signal } = this.scene;
    let census = await this.count();
    await time.until(
      async () => {
        const { selected, open, connections, probe } = census;
        if (open === selected && connections - probe.kept === selected) return true;
        census = await this.count();
        return false;
      },
      STEADY_LIMIT_MS,
      signal,
    );
    this.censuses.push(census);
    return census;
  }

  /** Notes its memory again and again. */
  async watchMemory(pauseMs: number, until: AbortSignal): Promise<void> {
    const { updater, time } = this.scene;
    while (!until.aborted) {
      const { rss, heap } = await updater.probe();
      this.samples.push({ hours: this.hours, rss, heap });
      await time.sleep(pauseMs, until);
    }
  }

  private get hours(): number {
    return this.scene.time.passedMs / HOUR_MS;
  }

  private async everything(): Promise<readonly Known[]> {
    const told = [];
    for (const repository of REPOSITORY_NAMES) told.push(...toldBy(await this.ask(`${repository}:${OLD}`)));
    return told;
  }

  private async count(): Promise<Census> {
    const { rancher, updater } = this.scene;
    const selected = (await rancher.selected()).length;
    const { sockets } = await rancher.simulator.traffic();
    const probe = await updater.probe();
    return {
      hours: this.hours,
      selected,
      open: sockets.open,
      connections: connectionsTo(rancher.port, updater.pid),
      probe,
    };
  }
}

/** Changes of services since the last page of any environment's services was asked for. */
export function unlistedIn({ requests, changes }: Journal): number {
  const listed = requests.findLast(({ path, method }) => method === 'GET' && LIST.test(path))?.at ?? 0;
  return changes.filter(({ at }) => at > listed).length;
}
