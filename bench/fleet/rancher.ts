import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Journal, SimulatorProcess } from '../shared/simulator.js';
import { until } from '../../tools/until.js';
import { fleetOf, TRIAL } from './fleet.js';
import { finishedIn } from './push.js';
import { TIMES, upgradeMs } from './rancher-times.js';

/** The journal has whole milliseconds. */
const ROUNDING_MS = 2;

const LOOK_MS = 200;
const TRIAL_SECONDS = 10;

export interface RancherOptions {
  readonly script: string;
  readonly folder: string;
  readonly services: number;
  readonly matchings: readonly number[];
  readonly eventPeriodMs: number;
  readonly died: (error: Error) => void;
}

/** The simulated Rancher with a fleet, its times set by `TIMES`. */
export class Rancher {
  private constructor(readonly simulator: SimulatorProcess) {}

  static async start(options: RancherOptions): Promise<Rancher> {
    const { script, folder, services, matchings, eventPeriodMs, died } = options;
    const fleet = join(folder, 'fleet.json');
    await writeFile(fleet, JSON.stringify(fleetOf(services, matchings)));
    const settings = Object.entries({ ...TIMES, eventPeriodMs });
    const args = settings.flatMap(([name, value]) => ['--setting', `${name}=${value}`]);
    return new Rancher(await SimulatorProcess.start({ script, fleet, folder, args, died }));
  }

  /** Milliseconds that one upgrade takes while nothing else happens. Throws where the settings say that it takes longer. */
  async trial(signal: AbortSignal): Promise<number> {
    const service = (await this.simulator.services()).find(({ image }) => image?.includes(TRIAL));
    if (!service) throw new Error('the fleet has no service for the trial');
    await this.simulator.act('bench', service.id, 'upgrade', `${TRIAL}:1.1.0`);
    let changes: Journal['changes'] = [];
    const timeOf = (state: string) =>
      changes.findLast((change) => change.service === service.id && change.to === state)?.at;
    await until('the trial is upgraded', TRIAL_SECONDS, LOOK_MS, signal, async () => {
      ({ changes } = await this.simulator.journal());
      return timeOf('upgraded') !== undefined;
    });
    const took = (timeOf('upgraded') ?? 0) - (timeOf('upgrading') ?? 0);
    const expected = upgradeMs(TIMES);
    if (took >= expected - ROUNDING_MS) return took;
    throw new Error(`one upgrade takes the simulator ${took} ms, by its settings ${expected} ms`);
  }

  /** How many services have been upgraded and finished since. */
  async finished(): Promise<number> {
    return finishedIn((await this.simulator.journal()).changes);
  }
}
