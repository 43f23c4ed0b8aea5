import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Simulator, type SimulatorOptions } from '../../simulator/simulator.js';
import type { FleetDescription } from '../../simulator/fleet.js';
import { startApplication } from '../../src/application.js';
import type { UpgradeView } from '../../src/upgrade/upgrade.view.js';
import { FastClock } from '../fakes/fast-clock.js';

/** How much faster than real time Rancher and the service run in these tests. */
export const SPEED = 20;

export interface WorldOptions {
  readonly fleet: FleetDescription;
  /** Besides those that every world has: the simulator's address, the key `admin`, a free port and no file. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly simulator?: Omit<SimulatorOptions, 'fleet'>;
  readonly speed?: number;
}

/** What came back over HTTP. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A Rancher and the service on it, both real and on the loopback, run fast. */
export class World {
  /** What the service has written to its log, a line each. */
  readonly output: string[] = [];
  private app: NestFastifyApplication | null = null;
  private url = '';

  private constructor(
    readonly rancher: Simulator,
    private readonly variables: Readonly<Record<string, string>>,
    private readonly speed: number,
  ) {}

  static async start(options: WorldOptions): Promise<World> {
    const speed = options.speed ?? SPEED;
    const rancher = await Simulator.start({ speed, ...options.simulator, fleet: options.fleet });
    const variables = {
      CATTLE_URL: rancher.url,
      CATTLE_ACCESS_KEY: 'admin',
      CATTLE_SECRET_KEY: 'admin-secret',
      AUTOUPDATE_HTTP_PORT: '0',
      AUTOUPDATE_HTTP_HOST: '127.0.0.1',
      AUTOUPDATE_DATA_DIR: ':memory:',
      AUTOUPDATE_LOG_FORMAT: 'json',
      ...options.variables,
    };
    const world = new World(rancher, variables, speed);
    await world.startService();
    return world;
  }

  /** Starts the service, again if it was stopped. */
  async startService(variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const output = { write: (line: string) => void this.output.push(line) };
    this.app = await startApplication({
      variables: { ...this.variables, ...variables },
      clock: new FastClock(this.speed),
      output,
    });
    this.url = await this.app.getUrl();
  }

  async stopService(): Promise<void> {
    await this.app?.close();
    this.app = null;
  }

  async close(): Promise<void> {
    await this.stopService();
    await this.rancher.close();
  }

  async ask<T = UpgradeView>(method: string, path: string, init: RequestInit = {}): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, { method, ...init });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const body = (isJson ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body };
  }

  get<T = UpgradeView>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.ask<T>('GET', path, { headers });
  }

  post<T = UpgradeView>(body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.ask<T>('POST', '/upgrade', { body: JSON.stringify(body), headers });
  }

  /** Asks for an upgrade and answers it once it has settled. */
  async upgrade(body: Readonly<Record<string, unknown>>): Promise<UpgradeView> {
    const { body: accepted } = await this.post({ confirm: true, ...body });
    const settled = await this.get(`/upgrades/${accepted.id}?wait=300`);
    return settled.body;
  }

  /** What the log says, parsed. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.output.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
