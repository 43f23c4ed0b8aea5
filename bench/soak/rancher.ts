import { bare } from '../shared/service-history.js';
import { KEY } from '../shared/updater-variables.js';
import type { Fault, SeenService, SimulatorProcess } from '../shared/simulator.js';
import type { Known } from './judging/compare.js';
import { type NewEnvironment, type NewService, SELECTED } from './fleet.js';
import type { SoakTime } from './soak-time.js';

const GONE: ReadonlySet<string> = new Set(['removed', 'purged']);

export interface SeenEnvironment {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** The simulated Rancher by its control route. What changes it answers whether it was done: things can go meanwhile. */
export class Rancher {
  constructor(
    readonly simulator: SimulatorProcess,
    private readonly time: SoakTime,
    /** Aborted where it cannot go on. */
    private readonly signal: AbortSignal,
    /** Told of everything that is changed. */
    private readonly told: (line: string) => void,
  ) {}

  get port(): number {
    return Number(new URL(this.simulator.url).port);
  }

  /** All that are not gone. */
  async environments(): Promise<readonly SeenEnvironment[]> {
    const { environments } = await this.simulator.call<{ environments: readonly SeenEnvironment[] }>(
      'GET',
      '',
    );
    return environments.filter(({ state }) => !GONE.has(state));
  }

  /** Those that the service has to look after. */
  async selected(): Promise<readonly SeenEnvironment[]> {
    return (await this.environments()).filter(({ name, state }) => state === 'active' && SELECTED.test(name));
  }

  /** All that are not gone, in all environments. */
  async services(): Promise<readonly SeenService[]> {
    return (await this.simulator.services()).filter(({ state }) => !GONE.has(state));
  }

  /** What the service should know. */
  async fleet(): Promise<readonly Known[]> {
    const names = new Set((await this.selected()).map(({ name }) => name));
    const services = (await this.services()).filter(({ environment }) => names.has(environment));
    return services.map(({ id, environment, stack, name, image }) => {
      return { id, environment, stack, name, image: bare(image) };
    });
  }

  /** Switches a fault on and answers its number. */
  break(fault: Fault): Promise<number> {
    this.note(`break ${JSON.stringify(fault)}`);
    return this.simulator.break(fault);
  }

  mend(fault: number): Promise<void> {
    this.note(`mend ${fault}`);
    return this.simulator.mend(fault);
  }

  /** Acts as a human; false: Rancher does not offer that just now. */
  async act(service: string, action: string, image?: string): Promise<boolean> {
    const isDone = await this.simulator.act('alice', service, action, image);
    if (isDone) this.note(`${action} ${service} ${image ?? ''}`);
    return isDone;
  }

  addEnvironment(environment: NewEnvironment): Promise<boolean> {
    return this.change('POST', 'environments', environment);
  }

  removeEnvironment(id: string): Promise<boolean> {
    return this.change('DELETE', `environments/${id}`);
  }

  /** Its name or its state. */
  changeEnvironment(id: string, change: { readonly name: string } | { readonly state: string }) {
    return this.change('PUT', `environments/${id}`, change);
  }

  renameStack(environment: string, stack: string, name: string): Promise<boolean> {
    return this.change('PUT', `stacks/${encodeURIComponent(`${environment}/${stack}`)}`, { name });
  }

  addService(environment: string, stack: string, service: NewService): Promise<boolean> {
    return this.change('POST', 'services', { environment, stack, service });
  }

  renameService(id: string, name: string): Promise<boolean> {
    return this.change('PUT', `services/${id}`, { name });
  }

  /** As if an upgrade and its end took no time. */
  setImage(id: string, image: string): Promise<boolean> {
    return this.change('PUT', `services/${id}`, { image });
  }

  revokeKey(): Promise<boolean> {
    return this.change('DELETE', `keys/${KEY.access}`);
  }

  giveKeyBack(): Promise<boolean> {
    return this.change('POST', 'keys', KEY);
  }

  /** Takes it off the network for so long, in its time; resolves when it is back. */
  unplug(ms: number): Promise<void> {
    this.note(`unplug ${ms} ms`);
    return this.simulator.unplug(ms, this.time.ours(ms), this.signal);
  }

  /** false: it is refused; somebody else was faster. */
  private async change(method: string, path: string, body?: object): Promise<boolean> {
    const isDone = await this.simulator.change(method, path, body);
    this.note(`${method} ${path} ${JSON.stringify(body ?? {})}${isDone ? '' : ' REFUSED'}`);
    return isDone;
  }

  private note(words: string): void {
    this.told(`${new Date(this.time.now).toISOString().slice(11, 23)} ${words}`);
  }
}
