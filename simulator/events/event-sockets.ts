import type { Cancel } from '../clock.js';
import type { FaultHandle } from '../faults/faults.js';
import { SeededIds } from '../ids.js';
import { SeededNumbers } from '../seeded-numbers.js';
import type { Environment, Service } from '../world/records.js';
import { environmentOf, type World, type WorldChange } from '../world/world.js';
import { EventSocket, type Subscription } from './event-socket.js';
import { Gathering } from './gathering.js';

/** Told of each message sent and of sockets that come and go. */
export interface SocketWatch {
  opened(): void;
  closed(): void;
  sent(name: string, bytes: number): void;
}

interface Audience {
  readonly sockets: Set<EventSocket>;
  readonly gathering: Gathering;
}

/** All open event sockets. Changes are gathered only for environments that somebody listens to, and published once a period. */
export class EventSockets {
  private readonly audiences = new Map<Environment, Audience>();
  private readonly health = new WeakMap<Service, boolean>();
  private readonly ids = new SeededIds(7);
  private readonly lots = new SeededNumbers(11);
  private readonly began: number;
  private due: Cancel | null = null;

  constructor(
    private readonly world: World,
    private readonly watch: SocketWatch,
  ) {
    this.began = world.clock.now();
    world.changes.subscribe((change) => this.gather(change));
    world.faults.changed.subscribe(() => this.refreeze());
    world.faults.added.subscribe((handle) => this.strike(handle));
  }

  /** Takes a socket whose handshake is done. */
  open(subscription: Subscription): void {
    const { socket, environment } = subscription;
    const opened = new EventSocket(this.world, this.ids, this.lots, subscription, ({ name, text }) =>
      this.watch.sent(name, lengthOnWire(text)),
    );
    this.audienceOf(environment).sockets.add(opened);
    this.watch.opened();
    socket.on('error', () => opened.drop());
    socket.once('close', () => {
      opened.close();
      this.forget(environment, opened);
      this.watch.closed();
    });
    for (const handle of this.world.faults.list()) this.doom(opened, handle);
  }

  /** Cuts all of them without a close frame; what was gathered is lost, for there is no replay. */
  dropAll(): void {
    this.due?.();
    this.due = null;
    for (const { sockets, gathering } of this.audiences.values()) {
      gathering.take();
      for (const socket of sockets) socket.drop();
    }
  }

  /** Ends the sockets of a web page's token; answers how many. */
  logOut(access: string): number {
    const gone = this.all().filter(({ subscription }) => subscription.caller.key?.access === access);
    for (const socket of gone) socket.logOut();
    return gone.length;
  }

  private gather(change: WorldChange): void {
    const audience = this.audiences.get(environmentOf(change));
    if (audience === undefined) return;
    audience.gathering.add(change);
    const { clock, settings } = this.world;
    const passed = (clock.now() - this.began) % settings.eventPeriodMs;
    this.due ??= clock.schedule(settings.eventPeriodMs - passed, () => this.publish());
  }

  private publish(): void {
    this.due = null;
    for (const { sockets, gathering } of this.audiences.values()) {
      for (const changed of gathering.take()) for (const socket of sockets) socket.tell(changed);
    }
  }

  private refreeze(): void {
    for (const socket of this.all()) socket.refreeze();
  }

  /** A cut that is switched on strikes every open socket that it matches, once. */
  private strike({ id, fault }: FaultHandle): void {
    if (fault.kind !== 'socket-drop') return;
    for (const socket of this.all()) if (this.world.faults.strike(id, socket.subject)) socket.drop();
  }

  /** A cut with `afterMs` strikes sockets that are opened later, too. */
  private doom(socket: EventSocket, { id, fault }: FaultHandle): void {
    if (fault.kind !== 'socket-drop' || fault.afterMs === undefined) return;
    socket.dropAfter(fault.afterMs, () => this.world.faults.strike(id, socket.subject));
  }

  private all(): readonly EventSocket[] {
    return [...this.audiences.values()].flatMap(({ sockets }) => [...sockets]);
  }

  private audienceOf(environment: Environment): Audience {
    const known = this.audiences.get(environment) ?? {
      sockets: new Set<EventSocket>(),
      gathering: new Gathering(this.health),
    };
    this.audiences.set(environment, known);
    return known;
  }

  private forget(environment: Environment, socket: EventSocket): void {
    const audience = this.audiences.get(environment);
    audience?.sockets.delete(socket);
    if (audience?.sockets.size === 0) this.audiences.delete(environment);
  }
}

/** With the frame's head (RFC 6455, 5.2). */
function lengthOnWire(text: string): number {
  const length = Buffer.byteLength(text);
  return length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
}
