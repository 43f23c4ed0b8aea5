import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { Cancel } from '../clock.js';
import type { FaultSubject } from '../faults/faults.js';
import type { IdSource } from '../ids.js';
import type { SeededNumbers } from '../seeded-numbers.js';
import type { Environment } from '../world/records.js';
import type { World } from '../world/world.js';
import { namesOf } from '../world/records.js';
import { DelayLine } from './delay-line.js';
import { FrameFaults } from './frame-faults.js';
import { change, LOGOUT, messageOf, ping, type Frame, type Message } from './frames.js';
import type { Changed } from './gathering.js';
import { Outbox } from './outbox.js';
import { dataOf } from './rendering.js';

/** What a socket was opened with. */
export interface Subscription {
  readonly socket: WebSocket;
  readonly connection: Socket;
  readonly request: ApiRequest;
  /** Who they were at the handshake; never asked again. */
  readonly caller: Caller;
  readonly environment: Environment;
}

/** States in which an environment's changes are told. */
const TOLD = new Set(['active', 'upgrading']);

/** One open event socket: pings, changes, and its end after its time. */
export class EventSocket {
  private readonly outbox: Outbox;
  private readonly line: DelayLine;
  private readonly frameFaults: FrameFaults;
  private readonly wantsChanges: boolean;
  private readonly timers: Cancel[] = [];
  private nextPing: Cancel;

  constructor(
    private readonly world: World,
    private readonly ids: IdSource,
    /** What faults decide by lot. */
    private readonly lots: SeededNumbers,
    readonly subscription: Subscription,
    written: (message: Message) => void,
  ) {
    const { socket, connection, request } = subscription;
    const { clock, settings } = world;
    this.outbox = new Outbox(socket, connection, clock, settings, () => this.drop(), written);
    this.line = new DelayLine(clock, (message) => this.outbox.push(message));
    this.frameFaults = new FrameFaults(world.faults, lots);
    this.wantsChanges = request.query.some(([name, value]) => name === 'eventNames' && names(value));
    this.nextPing = clock.schedule(settings.pingMs, () => this.ping());
    this.after(settings.socketLifeMs, () => socket.close());
    this.refreeze();
  }

  /** Tells of a change; nothing where the account or the environment is not active, or events were not asked for. */
  tell(changed: Changed): void {
    const { caller, request, environment } = this.subscription;
    if (!this.wantsChanges || !TOLD.has(environment.state) || caller.key?.accountActive === false) return;
    const data = dataOf(changed, caller, request);
    if (data === null) return;
    const subject = this.subjectOf(changed);
    const frame = change(this.ids.uuid(), this.world.clock.now(), data);
    for (const shown of this.frameFaults.disturb(frame, subject)) this.send(shown, subject);
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.subscription.socket.terminate();
  }

  /** Drops it after a while, if that still holds then. */
  dropAfter(ms: number, holds: () => boolean): void {
    this.after(ms, () => {
      if (holds()) this.drop();
    });
  }

  /** The web page's token is gone: says so and closes. */
  logOut(): void {
    this.outbox.push(LOGOUT);
    this.subscription.socket.close();
  }

  /** Looks again whether a fault holds it frozen. */
  refreeze(): void {
    this.outbox.freeze(this.world.faults.peek('socket-freeze', this.subject) !== undefined);
  }

  /** Ends its timers. */
  close(): void {
    this.nextPing();
    for (const cancel of this.timers) cancel();
    this.line.close();
    this.outbox.close();
  }

  /** What faults are matched against. */
  get subject(): FaultSubject {
    const { request, caller, environment } = this.subscription;
    return {
      method: 'GET',
      path: request.rawPath,
      key: caller.key?.access ?? null,
      environment: [environment.name, `1a${environment.id}`],
    };
  }

  private subjectOf(changed: Changed): FaultSubject {
    return 'service' in changed ? { ...this.subject, service: namesOf(changed.service) } : this.subject;
  }

  private ping(): void {
    const { clock, settings } = this.world;
    this.nextPing = clock.schedule(settings.pingMs, () => this.ping());
    this.send(ping(this.ids.uuid(), clock.now()), this.subject);
  }

  private send(frame: Frame, subject: FaultSubject): void {
    const message = messageOf(frame);
    const reorder = this.world.faults.take('socket-reorder', subject);
    if (reorder !== undefined) return this.line.overtake(message, this.lots.share() * reorder.ms);
    this.line.send(message, this.world.faults.take('socket-slow', subject)?.ms ?? 0);
  }

  private after(ms: number, task: () => void): void {
    this.timers.push(this.world.clock.schedule(ms, task));
  }
}

/** Whether an asked-for event name covers changes; `;…` suffixes are cut (cattle: SubscribeManager). */
function names(eventName: string): boolean {
  const bare = eventName.split(';')[0] ?? '';
  if (!/^[*._0-9a-zA-Z=]+$/.test(bare)) return false;
  return new RegExp(`^${bare.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test('resource.change');
}
