import type { Abstract, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Simulator, type SimulatorOptions } from '../../simulator/simulator.js';
import type { FleetDescription, ServiceDescription } from '../../simulator/fleet.js';
import type { ChangeEntry, RequestEntry } from '../../simulator/journal.js';
import type { Service as SimulatedService } from '../../simulator/world/records.js';
import { createApplication, startApplication } from '../../src/application.js';
import { parseImageReference, repositoryOf, withoutScheme } from '../../src/domain/image-reference.js';
import { CattleFleet } from '../../src/rancher/cattle/fleet/cattle.fleet.js';
import type { UpgradeView } from '../../src/upgrade/routes/upgrade.view.js';
import type { Clock } from '../../src/common/clock.js';
import { FastClock } from '../fakes/fast-clock.js';
import { checkAnswers, holdToDocument, noteAnswer } from './answers.js';

/** How much faster than real time Rancher and the service run in these tests. */
export const SPEED = 20;

/** The key that the service has where a test gives it no other. */
const KEY = 'admin';

/** Two environments with an empty stack each, and the key. */
export const EMPTY_FLEET: FleetDescription = {
  environments: [
    { name: 'production', id: '1a5', stacks: [{ name: 'shop', services: [] }] },
    { name: 'staging', id: '1a6', stacks: [{ name: 'shop', services: [] }] },
  ],
  keys: [{ access: KEY, secret: `${KEY}-secret`, kind: 'admin' }],
};

/** For so many milliseconds of the service's time a listing serves pushes that come after it began. */
export const LISTING_SERVES_MS = 3000;

/**
 * How long something is waited for, in real milliseconds, and how often it is looked for: a test has time for several waits in
 * vain before Jest ends it, so that it says what it has waited for.
 */
const WAIT_MS = 30_000;
const LOOK_MS = 10;

/** For so many seconds of the service's time an answer is waited for before the test looks at its own watch. */
const HOLD_S = 20;

export interface WorldOptions {
  /** Default: the empty one. */
  readonly fleet?: FleetDescription;
  /**
   * Besides those that every world has: the simulator's address, the key `admin`, a free port, no file, and ten minutes for
   * an upgrade, which a machine that stands still for a second does not use up.
   */
  readonly variables?: Readonly<Record<string, string>>;
  readonly simulator?: Omit<SimulatorOptions, 'fleet'>;
  readonly speed?: number;
  /** The service's clock; default: real time, as fast as that of the simulator. */
  readonly clock?: Clock;
  /** false: the service is not started with it. */
  readonly isServed?: boolean;
  /** false: a proxy before Rancher lets no websocket through, so the service polls, and lists for each push. */
  readonly hasEvents?: boolean;
}

/** What came back over HTTP. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Adds a service that has opted in and runs `acme/NAME:1.0.0`. */
export function addOptedIn(
  { fleet }: Simulator,
  name: string,
  { labels, ...more }: Partial<ServiceDescription>,
  environment: string,
): SimulatedService {
  const optedIn = { 'autoupdate.enable': 'true', ...labels };
  return fleet.addService(environment, 'shop', {
    name,
    image: `acme/${name}:1.0.0`,
    ...more,
    labels: optedIn,
  });
}

/** A Rancher and the service on it, both real and on the loopback, run fast. */
export class World {
  /** What the service has written to its log, a line each. */
  readonly output: string[] = [];
  /** Where the service listens. */
  url = '';
  private readonly added: SimulatedService[] = [];
  private refusesSockets = false;
  private app: NestFastifyApplication | null = null;

  private constructor(
    readonly rancher: Simulator,
    readonly variables: Readonly<Record<string, string>>,
    private readonly clock: Clock,
  ) {}

  static async start(options: WorldOptions = {}): Promise<World> {
    const { speed = SPEED, fleet = EMPTY_FLEET, clock = new FastClock(speed) } = options;
    const rancher = await Simulator.start({ speed, ...options.simulator, fleet });
    const variables = {
      CATTLE_URL: rancher.url,
      CATTLE_ACCESS_KEY: KEY,
      CATTLE_SECRET_KEY: `${KEY}-secret`,
      AUTOUPDATE_HTTP_PORT: '0',
      AUTOUPDATE_HTTP_HOST: '127.0.0.1',
      AUTOUPDATE_DATA_DIR: ':memory:',
      AUTOUPDATE_LOG_FORMAT: 'json',
      AUTOUPDATE_TIMEOUT: '600',
      ...options.variables,
    };
    const world = new World(rancher, variables, clock);
    world.refusesSockets = options.hasEvents === false;
    world.mend();
    if (options.isServed ?? true) await world.startService();
    return world;
  }

  /** Starts the service, again if it was stopped. */
  async startService(variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const output = { write: (line: string) => void this.output.push(line) };
    const app = await createApplication({
      variables: { ...this.variables, ...variables },
      clock: this.clock,
      output,
    });
    await startApplication(app);
    this.app = app;
    this.url = await this.app.getUrl();
    holdToDocument(this.url);
  }

  /** Takes all faults away, but those that the world began with. */
  mend(): void {
    this.rancher.faults.clear();
    if (this.refusesSockets) this.rancher.faults.add({ kind: 'socket-refuse', status: 200 });
  }

  /** A part of the running service. */
  part<T>(type: Type<T> | Abstract<T>): T {
    if (!this.app) throw new Error('the service is not started');
    return this.app.get(type);
  }

  async stopService(): Promise<void> {
    await this.app?.close();
    this.app = null;
  }

  /** Throws where the service has answered otherwise than its document says. */
  async close(): Promise<void> {
    await this.stopService();
    await this.rancher.close();
    await checkAnswers();
  }

  async ask<T = UpgradeView>(method: string, path: string, init: RequestInit = {}): Promise<Answer<T>> {
    const url = `${this.url}${path}`;
    const response = await fetch(url, { method, ...init });
    const text = await response.text();
    const header = (name: string) => response.headers.get(name) ?? undefined;
    noteAnswer({ method, url, status: response.status, header, text });
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const body = (isJson ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body };
  }

  get<T = UpgradeView>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.ask<T>('GET', path, { headers });
  }

  /** Pushes, once the service knows what was added before. */
  async post<T = UpgradeView>(body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    await this.allKnown();
    return this.ask<T>('POST', '/upgrade', { body: JSON.stringify(body), headers });
  }

  /** Asks for an upgrade and answers it once it has settled. */
  async upgrade(body: Readonly<Record<string, unknown>>): Promise<UpgradeView> {
    return this.settled(await this.begin(body));
  }

  /** Asks for an upgrade, with confirmation if nothing else is said, and answers its id or that of the one it joins. */
  async begin(body: Readonly<Record<string, unknown>>): Promise<string> {
    const { status, body: accepted } = await this.post({ confirm: true, ...body });
    if ((status === 202 || status === 200) && accepted.id !== null) return accepted.id;
    throw new Error(`not accepted: ${JSON.stringify(accepted)}`);
  }

  async view(id: string): Promise<UpgradeView> {
    return (await this.get(`/upgrades/${id}`)).body;
  }

  /** The upgrade once it has settled. */
  async settled(id: string): Promise<UpgradeView> {
    const end = performance.now() + WAIT_MS;
    let { body } = await this.get(`/upgrades/${id}?wait=${HOLD_S}`);
    while (body.status === 'running' && performance.now() < end) {
      ({ body } = await this.get(`/upgrades/${id}?wait=${HOLD_S}`));
    }
    if (body.status !== 'running') return body;
    throw new Error(`it did not settle: ${JSON.stringify(body)}`);
  }

  /** Adds a service that has opted in and runs `acme/NAME:1.0.0`, to production if nothing else is said. */
  add(
    name: string,
    description: Partial<ServiceDescription> = {},
    environment = 'production',
  ): SimulatedService {
    const service = addOptedIn(this.rancher, name, description, environment);
    this.added.push(service);
    return service;
  }

  /** Resolves when the service knows all that was added; it may have to hear of it first. */
  async allKnown(): Promise<void> {
    for (const service of this.added.splice(0)) await this.known(service);
  }

  private async known({ ref, image, environment }: SimulatedService): Promise<void> {
    const parsed = parseImageReference(withoutScheme(image ?? ''));
    const fleet = this.app?.get(CattleFleet).of(`1a${environment.id}`);
    if (!parsed.ok || !fleet) return;
    const repository = repositoryOf(parsed.reference);
    await this.until(`the service knows ${ref}`, () =>
      fleet.running(repository).then(
        (services) => services.some(({ id }) => id === ref),
        () => true,
      ),
    );
  }

  /** Resolves as soon as the condition holds; fails, with its words, when it does not within half a minute. */
  async until(words: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = performance.now() + WAIT_MS; !(await condition());) {
      if (performance.now() > end) throw new Error(`waited in vain until ${words}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Lets so many milliseconds of the service's time go by. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms;
    await this.until(`${ms} ms have gone by`, () => this.clock.monotonicMs() > endMs);
  }

  /** Resolves as soon as Rancher has the service in this state. */
  untilState(service: SimulatedService, state: SimulatedService['state']): Promise<void> {
    return this.until(`${service.name} is ${state}`, () => service.state === state);
  }

  /** How often the service was asked for, with this method if one is given. */
  requests({ ref }: SimulatedService, method?: string): readonly RequestEntry[] {
    const isOf = new RegExp(`/services/${ref}(/|$)`);
    return this.rancher.journal.requests.filter(
      (request) => isOf.test(request.path) && (method === undefined || request.method === method),
    );
  }

  /** Every time that Rancher was asked for this action of a service, whatever came of it, oldest first. */
  actions(service: SimulatedService, action: string): readonly RequestEntry[] {
    return this.requests(service, 'POST').filter(({ query }) => query === `action=${action}`);
  }

  /** The states that a service has gone through since it was made, with who caused them if that was not Rancher itself. */
  course(service: SimulatedService): readonly string[] {
    return this.changes(service).map(({ to, actor }) => (actor === 'cattle' ? to : `${to} by ${actor}`));
  }

  /** The images of all upgrades of a service that Rancher has accepted from us, oldest first. */
  accepted(service: SimulatedService): readonly (string | null)[] {
    return this.changes(service)
      .filter(({ to, actor }) => to === 'upgrading' && actor === KEY)
      .map(({ image }) => image);
  }

  private changes({ ref }: SimulatedService): readonly ChangeEntry[] {
    return this.rancher.journal.changes.filter(
      (change) => change.service === ref && change.actor !== 'fleet',
    );
  }

  /** What the log says, parsed. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.output.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
