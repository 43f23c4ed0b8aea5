import { nodeScript, Program } from './program.js';

/** A fault of the simulator, as its control route takes it. */
export type Fault = Readonly<Record<string, string | number | boolean>>;

/** What the simulator tells of a service. */
export interface SeenService {
  readonly id: string;
  readonly environment: string;
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

/** The simulated Rancher in its process, by its control route. */
export class SimulatorProcess {
  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  /** Resolves when it listens. Throws with its last line if it ends before. */
  static async start({
    script,
    fleet,
    folder,
    args = [],
    died,
  }: SimulatorOptions): Promise<SimulatorProcess> {
    const { program, address } = await Program.start({
      command: nodeScript(script, ['--port', '0', '--fleet', fleet, ...args]),
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
  async act(actor: string, service: string, action: string, image?: string): Promise<boolean> {
    const response = await this.send('POST', 'act', { actor, service, action, image });
    await response.text();
    return response.ok;
  }

  kill(): Promise<void> {
    return this.program.kill();
  }

  /** Sends a request to the control route. Throws where it refuses. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok)
      throw new Error(`the simulator answered ${response.status} to ${method} ${path}: ${text}`);
    return JSON.parse(text) as T;
  }

  private send(method: string, path: string, body?: object): Promise<Response> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    return fetch(`${this.url}/simulator/${path}`, init);
  }
}
