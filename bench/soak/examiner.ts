import type { Journal } from '../shared/simulator.js';
import type { Scene } from './actor.js';
import { differences, toldBy } from './compare.js';
import { connectionsTo } from './connections.js';
import type { Census, Check, Sample } from './evidence.js';
import { REPOSITORY_NAMES } from './fleet.js';

const HOUR_MS = 3_600_000;

/** Older than every version that runs: it would upgrade nothing, and all that run its repository are named. */
const OLD = '0.0.1';

/** A page of an environment's services. */
const LIST = /\/projects\/[^/]+\/services\/?$/;

/** A connection is counted when the number stands still: requests come and go. */
const STEADY_LIMIT_MS = 60_000;

/** Asks the service from outside what it knows and what it holds. */
export class Examiner {
  readonly checks: Check[] = [];
  readonly censuses: Census[] = [];
  readonly samples: Sample[] = [];

  constructor(private readonly scene: Scene) {}

  /** Compares what it knows of services with what there is; nothing may happen meanwhile. */
  async check(): Promise<Check> {
    const { rancher, updater } = this.scene;
    const there = await rancher.fleet();
    const answers = [];
    for (const repository of REPOSITORY_NAMES) {
      answers.push(await updater.push({ docker_image: `${repository}:${OLD}`, dry_run: true }));
    }
    const unread = answers.flatMap((answer) => answer.unread_environments);
    const check = {
      hours: this.hours,
      services: there.length,
      unlisted: unlistedIn(await rancher.journal()),
      differences: [
        ...differences(there, answers.flatMap(toldBy)),
        ...unread.map(({ environment }) => `${environment.name} could not be read`),
      ],
    };
    this.checks.push(check);
    return check;
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

  private async count(): Promise<Census> {
    const { rancher, updater } = this.scene;
    const selected = (await rancher.selected()).length;
    const { sockets } = await rancher.traffic();
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
