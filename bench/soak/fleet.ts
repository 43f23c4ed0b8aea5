import type { Random } from '../shared/random.js';
import { KEY } from '../shared/updater-variables.js';

/** How many environments are selected whenever there is no trouble. */
export const ENVIRONMENTS = 4;

/** What selects an environment, as the service's setting has it. */
export const SELECTED = /^live-[0-9]+$/;

const REPOSITORIES = 12;
const STACKS = ['shop', 'office'] as const;
const FIRST_VERSION = '1.0.0';
const SHARE_OPTED_IN = 0.85;
const SHARE_CHECKED = 0.5;

export const REPOSITORY_NAMES: readonly string[] = Array.from(
  { length: REPOSITORIES },
  (_, index) => `acme/app-${index + 1}`,
);

/** A service, as the simulator reads it. */
export interface NewService {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly healthCheck: boolean;
}

/** An environment, as the simulator reads it. */
export interface NewEnvironment {
  readonly name: string;
  readonly stacks: readonly { readonly name: string; readonly services: readonly NewService[] }[];
}

/** Makes whatever is new; no name and no version comes twice. */
export class Maker {
  private names = 0;
  private readonly versions = new Map<string, number>();

  constructor(private readonly random: Random) {}

  /** Of an environment that is selected, or of one that is not. */
  environmentName(isSelected: boolean): string {
    return `${isSelected ? 'live' : 'aside'}-${++this.names}`;
  }

  name(kind: 'service' | 'stack'): string {
    return `${kind}-${++this.names}`;
  }

  /** The next version of a repository. */
  image(repository: string): string {
    const version = (this.versions.get(repository) ?? 0) + 1;
    this.versions.set(repository, version);
    return `${repository}:1.${version}.0`;
  }

  service(): NewService {
    return {
      name: this.name('service'),
      image: `${this.random.pick(REPOSITORY_NAMES)}:${FIRST_VERSION}`,
      labels: this.random.chance(SHARE_OPTED_IN) ? { 'autoupdate.enable': 'true' } : {},
      healthCheck: this.random.chance(SHARE_CHECKED),
    };
  }

  environment(services: number): NewEnvironment {
    const half = Math.ceil(services / STACKS.length);
    const stacks = STACKS.map((name) => ({
      name,
      services: Array.from({ length: half }, () => this.service()),
    }));
    return { name: this.environmentName(true), stacks };
  }
}

/** What there is at the beginning, as the simulator reads it. */
export function fleetOf(services: number, maker: Maker): object {
  const each = Math.ceil(services / ENVIRONMENTS);
  const environments = Array.from({ length: ENVIRONMENTS }, () => maker.environment(each));
  return { environments, keys: [KEY] };
}
