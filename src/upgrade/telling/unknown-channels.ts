import type { Log } from '../../common/log.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Skipped } from '../../domain/upgrade.js';
import type { Change } from '../../store/upgrade-store.js';

/** Warnings that are remembered; beyond them nothing is said. */
const MAX_SAID = 1000;

/** Warns once of each name that a service's label has and no channel. */
export class UnknownChannels {
  private readonly said = new Set<string>();

  constructor(private readonly log: Log) {}

  /** Looks at the labels of services that have just been planned. */
  look(
    { rollouts = [], plans = [] }: Pick<Change, 'rollouts' | 'plans'>,
    channels: readonly { readonly name: string }[],
  ): void {
    const known = new Set(channels.map(({ name }) => name));
    for (const rollout of rollouts) this.check(rollout, rollout.name, known);
    for (const plan of plans) {
      for (const skipped of plan.skipped) this.check(skipped, skipped.service.name, known);
    }
  }

  private check(where: Rollout | Skipped, service: string, known: ReadonlySet<string>): void {
    for (const channel of where.notify ?? []) {
      if (known.has(channel) || this.said.has(channel) || this.said.size >= MAX_SAID) continue;
      this.said.add(channel);
      const { environment, stack } = where;
      const named = { environment: environment.name, service: `${stack.name}/${service}` };
      this.log.warn('the label autoupdate.notify names a channel that is not configured', {
        channel,
        ...named,
      });
    }
  }
}
