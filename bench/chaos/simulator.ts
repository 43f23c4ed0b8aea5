import type { Change } from './evidence.js';
import { Program } from './program.js';
import type { Fault } from './scenario.js';

/** What the simulator tells of a service. */
export interface SeenService {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly state: string;
  readonly image: string | null;
}

/** One request as the simulator got it; of its many fields those that a timeline shows. */
export interface SeenRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly key: string | null;
  readonly status: number | null;
  readonly faults: readonly string[];
}

export interface Journal {
  readonly requests: readonly SeenRequest[];
  readonly changes: readonly Change[];
}

/** The simulated Rancher in its process, by its control route. */
export class SimulatorProcess {
  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  static async start(
    script: string,
    folder: string,
    fleet: string,
    speed: number,
  ): Promise<SimulatorProcess> {
    const args = ['--port', '0', '--fleet', fleet, '--speed', String(speed)];
    const program = new Program({ script, args, folder, address: /^Rancher simulator at (\S+)/ });
    return new SimulatorProcess(program, await program.address);
  }

  async services(): Promise<readonly SeenService[]> {
    return (await this.call<{ services: readonly SeenService[] }>('GET', 'services')).services;
  }

  journal(): Promise<Journal> {
    return this.call<Journal>('GET', 'journal');
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

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
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
