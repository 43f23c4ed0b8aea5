import { setTimeout as sleep } from 'node:timers/promises';
import { nodeScript, Program } from '../../tools/program.js';
import { Turns } from './turns.js';
import { until } from '../../tools/until.js';

/**
 * Room for what lives as long as a page is written: to collect it again and again would take a quarter of the time in which the
 * simulator lists, and that from the same processors.
 */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

/** A fault of the simulator, as its control route takes it. */
export type Fault = Readonly<Record<string, string | number | boolean>>;

/** What the simulator tells of a service. */
export interface SeenService {
  readonly id: string;
  readonly environment: string;
  readonly stack: string;
  readonly name: string;
  readonly state: string;
  readonly image: string | null;
}

/** One request as the simulator got it; of its many fields those that are looked at here. */
export interface SeenRequest {
  /** Simulated milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly key: string | null;
  readonly status: number | null;
  readonly faults: readonly string[];
}

/** One change of a service's state. */
export interface Change {
  /** Simulated milliseconds since 1970. */
  readonly at: number;
  readonly service: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  readonly version: string | null;
  readonly image: string | null;
  readonly actor: string;
}

export interface Journal {
  readonly requests: readonly SeenRequest[];
  readonly changes: readonly Change[];
}

/** What went over the wire since the last clearing, heads included; of its many counts those that are looked at here. */
export interface Traffic {
  readonly bytesIn: number;
  /** Frames of event sockets included. */
  readonly bytesOut: number;
  /** By what they tell of. */
  readonly frames: Readonly<Record<string, { readonly count: number; readonly bytesOut: number }>>;
  readonly sockets: { readonly open: number };
  readonly underWay: { readonly most: number; readonly mostPerService: { readonly number: number } };
}

export interface SimulatorOptions {
  readonly script: string;
  /** A file. */
  readonly fleet: string;
  readonly folder: string;
  /** Further words of its command line. */
  readonly args?: readonly string[];
  /** Told that it has ended though nobody has ended it. */
  readonly died?: (error: Error) => void;
}

const BACK_SECONDS = 10;
const BACK_LOOK_MS = 10;

/** The simulated Rancher in its process, by its control route: no request falls into a time in which it is unplugged. */
export class SimulatorProcess {
  private readonly turns = new Turns();

  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  /** Resolves when it listens. Throws with its last lines if it ends before. */
  static async start({
    script,
    fleet,
    folder,
    args = [],
    died,
  }: SimulatorOptions): Promise<SimulatorProcess> {
    const { program, address } = await Program.start({
      command: nodeScript(script, ['--port', '0', '--fleet', fleet, ...args], NODE_OPTIONS),
      folder,
      address: /^Rancher simulator at (\S+)/,
      ...(died && { died }),
    });
    return new SimulatorProcess(program, address);
  }

  async services(): Promise<readonly SeenService[]> {
    return (await this.call<{ services: readonly SeenService[] }>('GET', 'services')).services;
  }

  journal(): Promise<Journal> {
    return this.call<Journal>('GET', 'journal');
  }

  traffic(): Promise<Traffic> {
    return this.call<Traffic>('GET', 'traffic');
  }

  /** Empties the journal and the counts of traffic. */
  async forget(): Promise<void> {
    await this.call('DELETE', 'journal');
    await this.call('DELETE', 'traffic');
  }

  /** Switches a fault on and answers its number. */
  async break(fault: Fault): Promise<number> {
    return (await this.call<{ id: number }>('POST', 'faults', fault)).id;
  }

  async mend(fault: number): Promise<void> {
    await this.call('DELETE', `faults/${fault}`);
  }

  /** Acts as somebody else; false: Rancher does not offer that just now. */
  act(actor: string, service: string, action: string, image?: string): Promise<boolean> {
    return this.change('POST', 'act', { actor, service, action, image });
  }

  /** Changes something; false: that is refused, for instance because it has gone meanwhile. */
  async change(method: string, path: string, body?: object): Promise<boolean> {
    return (await this.send(method, path, body)).ok;
  }

  /**
   * Takes it off the network for so many milliseconds, of its own time and of ours. Resolves when it is back; throws where it
   * does not come back.
   */
  unplug(ms: number, ourMs: number, signal: AbortSignal): Promise<void> {
    return this.turns.take(async () => {
      await this.exchange('POST', 'unplug', { ms });
      await sleep(ourMs, undefined, { signal });
      const isBack = () => this.exchange('GET', '').then(Boolean, () => false);
      await until('the simulator is back on the network', BACK_SECONDS, BACK_LOOK_MS, signal, isBack);
    });
  }

  kill(): Promise<void> {
    return this.program.kill();
  }

  /** Sends a request to the control route. Throws where it refuses. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const { ok, status, text } = await this.send(method, path, body);
    if (!ok) throw new Error(`the simulator answered ${status} to ${method} ${path}: ${text}`);
    return JSON.parse(text) as T;
  }

  private send(method: string, path: string, body?: object) {
    return this.turns.take(() => this.exchange(method, path, body));
  }

  private async exchange(method: string, path: string, body?: object) {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.url}/simulator/${path}`, init);
    return { ok: response.ok, status: response.status, text: await response.text() };
  }
}
