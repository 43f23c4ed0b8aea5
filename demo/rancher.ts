import { askJson } from './ask-json.js';

/** A service as the simulated Rancher has it, which nothing that the updater says of it can change. */
export interface RancherService {
  readonly id: string;
  readonly environment: string;
  readonly stack: string;
  readonly name: string;
  readonly state: string;
  readonly image: string | null;
  /** New with each upgrade; a container has the version it was made for. */
  readonly version: string;
  readonly instances: readonly Container[];
}

interface Container {
  readonly name: string;
  readonly state: string;
  readonly health: string | null;
  readonly version: string;
}

/** The simulator's control route. */
export class Rancher {
  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  async services(): Promise<readonly RancherService[]> {
    const { services } = await askJson<{ services: readonly RancherService[] }>(
      `${this.url}/simulator/services`,
      this.signal,
    );
    return services;
  }

  async break(fault: Readonly<Record<string, string>>): Promise<void> {
    await askJson(`${this.url}/simulator/faults`, this.signal, fault);
  }
}

/** The service's own containers, not those of its sidekicks: ● new, ◐ on its way, ✗ in error, ○ old. */
export function containerMarks({ stack, name, version, instances }: RancherService): string {
  const own = new RegExp(`^${stack}-${name}-\\d+$`);
  return instances
    .filter((instance) => own.test(instance.name) && instance.state !== 'stopped')
    .map((instance) => mark(instance, version))
    .join('');
}

function mark({ state, health, version }: Container, wanted: string): string {
  if (state === 'error') return '✗';
  if (version !== wanted) return '○';
  return state === 'running' && (health === null || health === 'healthy') ? '●' : '◐';
}
