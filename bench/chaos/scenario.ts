import type { Fault } from '../shared/simulator.js';
import type { OnFailure } from './judging/evidence.js';
import type { Options } from './options.js';
import type { Random } from '../shared/random.js';
import { KEY } from '../shared/updater-variables.js';

const ENVIRONMENTS = ['staging', 'production', 'europe', 'asia'] as const;

/** A version that is asked for, and where it is no good. */
export interface PlannedUpgrade {
  readonly image: string;
  readonly repository: string;
  /** It is asked for when so many kills have been. */
  readonly afterKills: number;
  /** Seconds. */
  readonly timeout: number;
  /** CI asks for it once more at once. */
  readonly isAskedTwice: boolean;
  readonly faults: readonly Fault[];
  readonly failsIn: readonly string[];
  readonly onFailure: OnFailure;
}

export interface Scenario {
  /** As the simulator reads it. */
  readonly fleet: object;
  /** In the order in which they are asked for. */
  readonly upgrades: readonly PlannedUpgrade[];
  /** Names of the services that humans lay hands on. */
  readonly touched: ReadonlySet<string>;
}

interface Repository {
  readonly name: string;
  readonly isChecked: boolean;
}

/** What happens, as far as it can be said beforehand. */
export function scenarioOf(options: Options, random: Random): Scenario {
  const count = Math.max(1, Math.ceil(options.upgrades * 0.6));
  const repositories = Array.from({ length: count }, (_, index) => ({
    name: `acme/app-${index + 1}`,
    isChecked: index % 4 !== 3,
  }));
  return {
    ...servicesOf(options, repositories, random.for('fleet')),
    upgrades: upgradesOf(options, repositories, random.for('upgrades')),
  };
}

function servicesOf(options: Options, repositories: readonly Repository[], random: Random) {
  const touched = new Set<string>();
  const services = Array.from({ length: options.services }, (_, index) => {
    const name = `service-${index + 1}`;
    // The first of each repository has one service at least, in any fleet.
    const { name: repository, isChecked } = repositories[index] ?? random.pick(repositories);
    if (random.chance(0.2)) touched.add(name);
    return {
      environment: ENVIRONMENTS[index % ENVIRONMENTS.length],
      name,
      image: `${repository}:1.0.0`,
      scale: random.chance(0.15) ? 2 : 1,
      labels: { 'autoupdate.enable': 'true' },
      healthCheck: isChecked,
    };
  });
  const environments = ENVIRONMENTS.map((name) => ({
    name,
    stacks: [
      {
        name: 'shop',
        services: services.flatMap(({ environment, ...service }) => (environment === name ? [service] : [])),
      },
    ],
  }));
  return { fleet: { environments, keys: [KEY] }, touched };
}

function upgradesOf(options: Options, repositories: readonly Repository[], random: Random) {
  const versions = new Map<string, number>();
  return Array.from({ length: options.upgrades }, (_, index): PlannedUpgrade => {
    const repository = repositories[index] ?? random.pick(repositories);
    const version = (versions.get(repository.name) ?? 0) + 1;
    versions.set(repository.name, version);
    const image = `${repository.name}:1.${version}.0`;
    const isBad = options.onFailure === 'rollback' && random.chance(0.4);
    const failsIn = isBad ? ENVIRONMENTS.filter(() => random.chance(0.6)) : [];
    const kind = repository.isChecked
      ? random.pick(['image-missing', 'never-healthy', 'crash-loop'])
      : 'image-missing';
    return {
      image,
      repository: repository.name,
      afterKills: Math.floor((index * options.kills) / options.upgrades),
      timeout: options.onFailure === 'rollback' ? random.between(8, 40) : 300,
      isAskedTwice: random.chance(0.2),
      faults: failsIn.map((environment) => ({ kind, image, environment })),
      failsIn,
      onFailure: options.onFailure,
    };
  });
}
