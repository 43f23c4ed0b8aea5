import { KEY } from '../shared/updater-variables.js';

export const ENVIRONMENTS = ['staging', 'production', 'europe', 'asia', 'tools'] as const;

const REGISTRY = 'registry.acme.io';
const OLD = '1.0.0';

/** Services in a stack, and services that run the same image where a push does not match. */
const PER_STACK = 10;
const PER_REPOSITORY = 20;

/** So many services run an image that is never pushed and yet have opted in: one of three. */
const OPTED_IN = 3;

/** On which one upgrade is timed before the updater starts. */
export const TRIAL = `${REGISTRY}/bench/trial`;

/** The repository that so many services run, all opted in. */
export function repositoryFor(matching: number): string {
  return `${REGISTRY}/bench/matching-${matching}`;
}

/** A fleet as the simulator reads it: `services` in all, over the environments, nearly 4 KB each as Rancher sends them. */
export function fleetOf(services: number, matchings: readonly number[]): object {
  const images = imagesOf(services, matchings);
  const environments = ENVIRONMENTS.map((name, place) => {
    const own = images.flatMap((image, index) =>
      index % ENVIRONMENTS.length === place ? [serviceOf(image, index)] : [],
    );
    return { name, stacks: stacksOf(own) };
  });
  return { environments, keys: [KEY] };
}

/** The repository of each service; those that a push matches are spread over all of them. */
function imagesOf(services: number, matchings: readonly number[]): readonly string[] {
  const wanted = [TRIAL, ...matchings.flatMap((matching) => times(matching, () => repositoryFor(matching)))];
  if (wanted.length > services)
    throw new Error(`${services} services are too few for ${matchings.join(', ')}`);
  const images = times(services, (index) => `${REGISTRY}/team/app-${Math.floor(index / PER_REPOSITORY)}`);
  wanted.forEach((repository, index) => {
    images[Math.floor((index * services) / wanted.length)] = repository;
  });
  return images;
}

function stacksOf(services: readonly object[]): readonly object[] {
  const stacks = Math.ceil(services.length / PER_STACK);
  return times(stacks, (index) => ({
    name: `stack-${index}`,
    services: services.slice(index * PER_STACK, (index + 1) * PER_STACK),
  }));
}

function serviceOf(repository: string, index: number): object {
  const isMatching = repository.startsWith(`${REGISTRY}/bench/`);
  const labels = {
    'io.rancher.container.pull_image': 'always',
    'io.rancher.scheduler.affinity:host_label': 'tier=application',
    'com.acme.team': `team-${index % 40}`,
    'com.acme.contact': `team-${index % 40}@acme.io`,
    ...((isMatching || index % OPTED_IN === 0) && { 'autoupdate.enable': 'true' }),
  };
  return {
    name: `service-${index}`,
    image: `${repository}:${OLD}`,
    labels,
    healthCheck: true,
    launchConfig: {
      environment: {
        DATABASE_URL: `postgres://app-${index}@database.internal:5432/app`,
        LOG_LEVEL: 'info',
        JAVA_OPTS: '-Xms128m -Xmx512m -XX:+UseG1GC',
      },
      dataVolumes: [`/var/lib/acme/${index}:/data`],
      ports: [`${10_000 + (index % 50_000)}:8080/tcp`],
      restartPolicy: { name: 'always' },
    },
  };
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
