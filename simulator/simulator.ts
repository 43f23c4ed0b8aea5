import { ApiServer } from './api/server.js';
import { Control } from './api/control.js';
import { Pages } from './api/pages.js';
import type { Cancel, SimulatorClock } from './clock.js';
import { RealClock, Timers } from './clock.js';
import { Faults } from './faults/faults.js';
import type { FleetDescription } from './fleet.js';
import { SeededIds, type IdSource } from './ids.js';
import { Journal } from './journal.js';
import type { JsonObject } from './json.js';
import { EventSockets } from './events/event-sockets.js';
import { DEFAULT_SETTINGS, type SimulatorSettings } from './settings.js';
import { Traffic } from './traffic.js';
import { Actor } from './world/actor.js';
import { LiveFleet } from './world/live-fleet.js';
import { recheckHealth } from './world/containers.js';
import type { Fleet } from './world/fleet.js';
import { World } from './world/world.js';

export interface SimulatorOptions {
  readonly fleet: FleetDescription;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Default: real time times `speed`. */
  readonly clock?: SimulatorClock;
  readonly ids?: IdSource;
  readonly speed?: number;
  /** false: access control is off, as on a fresh install; every wrong key acts as the admin. */
  readonly security?: boolean;
  readonly settings?: Partial<SimulatorSettings>;
}

/** A Rancher 1.6 (Cattle) to run against: listens on loopback, holds a fleet, and keeps Cattle's habits. */
export class Simulator {
  private comeBack: Cancel | null = null;

  private constructor(
    /** `http://127.0.0.1:PORT`, without a version. */
    readonly url: string,
    readonly faults: Faults,
    readonly journal: Journal,
    readonly fleet: Fleet,
    private readonly world: World,
    private readonly server: ApiServer,
    private readonly timers: Timers,
    readonly traffic: Traffic,
    private readonly sockets: EventSockets,
  ) {}

  static async start(options: SimulatorOptions): Promise<Simulator> {
    const settings = { ...DEFAULT_SETTINGS, ...options.settings };
    const timers = new Timers(options.clock ?? new RealClock(options.speed));
    const faults = new Faults();
    const journal = new Journal(settings.journalLimit);
    const world = new World(timers, options.ids ?? new SeededIds(), settings, faults);
    const fleet = LiveFleet.load(world, options.fleet);
    record(world, journal);
    faults.changed.subscribe(() => {
      for (const service of world.waiting) recheckHealth(world, service);
    });
    const security = options.security ?? true;
    const traffic = new Traffic(() => timers.now());
    const sockets = new EventSockets(world, traffic);
    const started: { simulator?: Simulator } = {};
    const control = new Control({
      faults,
      journal,
      traffic,
      fleet,
      act: (actor, action, service, body) => new Actor(world, actor).act(action, service, body),
      describe: () => describe(started.simulator?.url ?? '', world),
      unplug: (ms) => void started.simulator?.unplug(ms),
      logOut: (access) => sockets.logOut(access),
    });
    const server = new ApiServer({
      world,
      security,
      pages: new Pages(world),
      journal,
      control,
      sockets,
      traffic,
    });
    const host = options.host ?? '127.0.0.1';
    const port = await server.listen(options.port ?? 0, host);
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const simulator = new Simulator(url, faults, journal, fleet, world, server, timers, traffic, sockets);
    started.simulator = simulator;
    return simulator;
  }

  /** Somebody else, acting straight in the world; what they do is journalled under their name. */
  as(actor: string): Actor {
    return new Actor(this.world, actor);
  }

  /** All changes of services and containers, for whatever pushes them on. */
  get changes(): World['changes'] {
    return this.world.changes;
  }

  /** Deletes the web page's token of a key: its sockets are told so, and closed. Answers how many. */
  logOut(access: string): number {
    return this.sockets.logOut(access);
  }

  /**
   * Goes off the network, as when it is stopped: connections are cut, event sockets without a close frame, and new
   * ones refused, while the world goes on. What happens meanwhile is told to nobody, also not later. With a time in
   * simulated milliseconds it comes back by itself.
   */
  unplug(ms?: number): Promise<void> {
    this.comeBack?.();
    this.comeBack = ms === undefined ? null : this.timers.schedule(ms, () => void this.plug());
    return this.server.close();
  }

  /** Comes back under the same address; nothing where it is there. */
  async plug(): Promise<void> {
    this.comeBack?.();
    this.comeBack = null;
    const { hostname, port } = new URL(this.url);
    await this.server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''));
  }

  /** Ends all connections and timers. */
  async close(): Promise<void> {
    this.timers.cancelAll();
    await this.server.close();
    this.timers.cancelAll();
  }
}

function record(world: World, journal: Journal): void {
  world.changes.subscribe((change) => {
    if (change.kind !== 'service') return;
    const { service, from, to, actor } = change;
    journal.change({
      at: world.clock.now(),
      service: service.ref,
      name: service.name,
      from,
      to,
      version: service.version,
      image: service.image,
      actor,
    });
  });
}

function describe(url: string, world: World): JsonObject {
  return {
    url,
    environments: [...world.environments.values()].map(({ id, name, state, services }) => ({
      id: `1a${id}`,
      name,
      state,
      services: services.length,
    })),
    keys: [...world.keys.values()].map(({ access, secret, kind, environment, environments }) => ({
      access,
      secret,
      kind,
      environments: [...(environment === undefined ? [] : [environment]), ...(environments ?? [])],
    })),
  };
}
