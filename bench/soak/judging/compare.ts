/** A service as somebody knows it. */
export interface Known {
  readonly id: string;
  readonly environment: string;
  readonly stack: string;
  readonly name: string;
  /** Without a scheme. */
  readonly image: string;
}

/** Of the answer to a push: the services that run its repository, upgraded or left. */
export interface Answer {
  readonly rollouts: readonly Place<{ readonly from: string }>[];
  readonly skipped: readonly Place<{ readonly running: string }>[];
  readonly unread_environments: readonly { readonly environment: { readonly name: string } }[];
}

type Place<T> = T &
  Readonly<Record<'environment' | 'stack' | 'service', { readonly id: string; readonly name: string }>>;

export function toldBy({ rollouts, skipped }: Answer): readonly Known[] {
  return [
    ...rollouts.map(({ from, ...place }) => known(place, from)),
    ...skipped.map(({ running, ...place }) => known(place, running)),
  ];
}

function known({ environment, stack, service }: Place<object>, image: string): Known {
  const { id, name } = service;
  return { id, environment: environment.name, stack: stack.name, name, image };
}

/** Everything in which what is told is not what there is, in a sentence each. */
export function differences(there: readonly Known[], told: readonly Known[]): readonly string[] {
  const tellings = new Map<string, Known[]>();
  for (const service of told) tellings.set(service.id, [...(tellings.get(service.id) ?? []), service]);
  const real = new Map(there.map((service) => [service.id, service]));
  return [
    ...there.flatMap((service) => differencesOf(service, tellings.get(service.id) ?? [])),
    ...told.filter(({ id }) => !real.has(id)).map((service) => `there is no ${words(service)}`),
  ];
}

function differencesOf(service: Known, tellings: readonly Known[]): readonly string[] {
  const [first, ...more] = tellings;
  if (!first) return [`${words(service)} is missing`];
  if (more.length > 0) return [`${words(service)} is told ${tellings.length} times`];
  return words(first) === words(service) ? [] : [`${words(service)} is told as ${words(first)}`];
}

function words({ id, environment, stack, name, image }: Known): string {
  return `${environment}/${stack}/${name} (${id}, ${image})`;
}
