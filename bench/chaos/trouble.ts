import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../shared/random.js';
import type { Fault, SimulatorProcess } from '../shared/simulator.js';
import { KEY } from '../shared/updater-variables.js';
import type { Receiver, ReceiverFault } from './notices/receiver.js';

/** Milliseconds between two faults of requests, and between two of sockets; how long one of these lasts. */
const PAUSE_MS = [150, 1200] as const;
const SOCKET_PAUSE_MS = [200, 1500] as const;
const SOCKET_MS = [500, 8000] as const;

/** Milliseconds between two restarts of Rancher, and how long one takes. */
const RESTART_PAUSE_MS = [8000, 30_000] as const;
const RESTART_MS = [200, 5000] as const;

/** Milliseconds for which a receiver of notices goes wrong, and for which it does not. */
const RECEIVER_MS = [500, 5000] as const;
const RECEIVER_PAUSE_MS = [300, 2500] as const;

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

/** What can go wrong with event sockets, for as long as it lasts. */
const SOCKET_KINDS: readonly Fault[] = [
  { kind: 'socket-drop' },
  { kind: 'socket-drop', afterMs: 1500 },
  { kind: 'socket-freeze' },
  { kind: 'socket-refuse', status: 503 },
  { kind: 'socket-duplicate', extra: 3 },
  { kind: 'socket-slow', ms: 3000 },
  { kind: 'socket-reorder', ms: 4000 },
  { kind: 'socket-bare', form: 'null' },
  { kind: 'socket-bare', form: 'absent' },
  { kind: 'socket-lose', share: 0.5 },
  { kind: 'socket-lie', ms: 5000 },
];

/** What can go wrong with a receiver of notices, for as long as it lasts. */
const RECEIVER_KINDS: readonly ReceiverFault[] = [
  { kind: 'refuse' },
  { kind: 'unavailable' },
  { kind: 'unavailable', takes: true },
  { kind: 'busy' },
  { kind: 'hang' },
  { kind: 'hang', takes: true },
  { kind: 'slow', takes: true },
  { kind: 'cut' },
  { kind: 'cut', takes: true },
  { kind: 'half', takes: true },
];

/** Requests, event sockets and receivers of notices that go wrong, and a Rancher that is started anew, until it is told to stop. */
export class Trouble {
  private readonly switchedOn: number[] = [];
  private readonly counts = { sockets: 0, restarts: 0, receivers: 0 };

  constructor(
    private readonly simulator: SimulatorProcess,
    private readonly receivers: readonly Receiver[],
    private readonly random: Random,
    /** How many of Rancher's seconds pass in one. */
    private readonly speed: number,
  ) {}

  /** How often sockets and receivers were in trouble, and Rancher was started anew. */
  get made(): Readonly<Record<'sockets' | 'restarts' | 'receivers', number>> {
    return this.counts;
  }

  async make(until: AbortSignal): Promise<void> {
    await Promise.all([
      this.breakRequests(until),
      this.breakSockets(this.random.for('sockets'), until),
      this.restart(this.random.for('restarts'), until),
      ...this.receivers.map((receiver, index) =>
        this.breakReceiver(receiver, this.random.for(`receiver ${index + 1}`), until),
      ),
    ]);
  }

  /** Everything goes right from now on, except where an image is no good. */
  async end(): Promise<void> {
    for (const fault of this.switchedOn.splice(0)) await this.simulator.mend(fault);
  }

  private async breakRequests(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const fault = { ...this.random.pick(KINDS), key: KEY.access, times: this.random.between(1, 4) };
      this.switchedOn.push(await this.simulator.break(fault));
      await sleep(this.random.between(...PAUSE_MS));
    }
  }

  private async breakSockets(random: Random, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const fault = await this.simulator.break(random.pick(SOCKET_KINDS));
      this.counts.sockets += 1;
      await pause(random.between(...SOCKET_MS), until);
      await this.simulator.mend(fault);
      await pause(random.between(...SOCKET_PAUSE_MS), until);
    }
  }

  private async breakReceiver(receiver: Receiver, random: Random, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await receiver.break(random.pick(RECEIVER_KINDS));
      this.counts.receivers += 1;
      await pause(random.between(...RECEIVER_MS), until);
      await receiver.mend();
      await pause(random.between(...RECEIVER_PAUSE_MS), until);
    }
  }

  private async restart(random: Random, until: AbortSignal): Promise<void> {
    for (;;) {
      await pause(random.between(...RESTART_PAUSE_MS), until);
      if (until.aborted) return;
      const ms = random.between(...RESTART_MS);
      this.counts.restarts += 1;
      await this.simulator.unplug(ms * this.speed, ms, new AbortController().signal);
    }
  }
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
