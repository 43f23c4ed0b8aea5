import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../shared/random.js';
import type { Fault, SimulatorProcess } from '../shared/simulator.js';
import { KEY } from './scenario.js';

/** Milliseconds between two faults. */
const PAUSE_MS = [150, 1200] as const;

/** What can go wrong with a request. Each happens a few times and is over. */
const KINDS: readonly Fault[] = [
  { kind: 'lost-reply', method: 'POST' },
  { kind: 'lost-reply', method: 'POST', action: 'upgrade' },
  { kind: 'lost-reply' },
  { kind: 'conflict', action: 'upgrade', stored: true },
  { kind: 'conflict', action: 'upgrade', stored: false },
  { kind: 'conflict' },
  { kind: 'conflict', method: 'GET' },
  { kind: 'server-error' },
  { kind: 'server-error', method: 'POST' },
  { kind: 'server-error', status: 503 },
  { kind: 'proxy-page', status: 502 },
  { kind: 'proxy-page', status: 504, committed: true, method: 'POST' },
  { kind: 'reset' },
  { kind: 'latency', ms: 600 },
  { kind: 'latency', ms: 2500 },
  { kind: 'hang', committed: true, method: 'POST' },
];

/** Requests that go wrong, until it is told to stop. */
export class Trouble {
  private readonly switchedOn: number[] = [];

  constructor(
    private readonly simulator: SimulatorProcess,
    private readonly random: Random,
  ) {}

  async make(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const fault = { ...this.random.pick(KINDS), key: KEY.access, times: this.random.between(1, 4) };
      this.switchedOn.push(await this.simulator.break(fault));
      await sleep(this.random.between(...PAUSE_MS));
    }
  }

  /** Everything goes right from now on, except where an image is no good. */
  async end(): Promise<void> {
    for (const fault of this.switchedOn.splice(0)) await this.simulator.mend(fault);
  }
}
