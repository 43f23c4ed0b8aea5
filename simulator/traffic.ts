import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { SocketWatch } from './events/event-sockets.js';

/** What a request is for. */
export type RequestKind =
  'list' | 'service' | 'instances' | 'action' | 'environments' | 'subscribe' | 'other';

/** Bytes are those on the wire, heads included. */
interface Amount {
  count: number;
  bytesIn: number;
  bytesOut: number;
}

export interface TrafficReport {
  /** Simulated milliseconds since 1970. */
  readonly since: number;
  readonly requests: number;
  readonly bytesIn: number;
  /** Frames of event sockets included. */
  readonly bytesOut: number;
  readonly byMethod: Readonly<Record<string, Amount>>;
  readonly byKind: Readonly<Partial<Record<RequestKind, Amount>>>;
  /** By `ping`, `resource.change` and `logout`. */
  readonly frames: Readonly<Record<string, Amount>>;
  readonly sockets: { readonly open: number; readonly opened: number; readonly mostOpen: number };
  readonly underWay: {
    readonly now: number;
    readonly most: number;
    readonly mostPerService: { readonly service: string | null; readonly number: number };
  };
}

/** What there was to carry since the start or the last clearing; what is under way or open now is never forgotten. */
export class Traffic implements SocketWatch {
  private readonly marks = new WeakMap<Socket, { read: number; written: number }>();
  private readonly perService = new Map<string, number>();
  private underWay = 0;
  private open = 0;
  private counts = nothing();

  constructor(private readonly now: () => number) {
    this.counts.since = now();
  }

  /** Counts a request as under way; answers what to call when it has been answered or given up. */
  begin(request: IncomingMessage, kind: RequestKind, service: string | null): () => void {
    const { socket, method = 'GET' } = request;
    const { counts } = this;
    this.underWay += 1;
    counts.most = Math.max(counts.most, this.underWay);
    if (service !== null) this.enter(service);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.underWay -= 1;
      if (service !== null) this.leave(service);
      this.add(socket, method, kind);
    };
  }

  opened(): void {
    this.open += 1;
    this.counts.opened += 1;
    this.counts.mostOpen = Math.max(this.counts.mostOpen, this.open);
  }

  closed(): void {
    this.open -= 1;
  }

  sent(name: string, bytes: number): void {
    count(this.counts.frames, name, 0, bytes);
    add(this.counts.total, 0, bytes, 0);
  }

  clear(): void {
    this.counts = { ...nothing(), since: this.now(), most: this.underWay, mostOpen: this.open };
    for (const [service, number] of this.perService) this.noteMost(service, number);
  }

  /** Everything as JSON. */
  report(): TrafficReport {
    const { since, total, byMethod, byKind, frames, opened, mostOpen, most, mostPerService } = this.counts;
    const { count: requests, bytesIn, bytesOut } = total;
    return {
      since,
      requests,
      bytesIn,
      bytesOut,
      byMethod: Object.fromEntries(byMethod),
      byKind: Object.fromEntries(byKind),
      frames: Object.fromEntries(frames),
      sockets: { open: this.open, opened, mostOpen },
      underWay: { now: this.underWay, most, mostPerService },
    };
  }

  private enter(service: string): void {
    const number = (this.perService.get(service) ?? 0) + 1;
    this.perService.set(service, number);
    this.noteMost(service, number);
  }

  private leave(service: string): void {
    const number = (this.perService.get(service) ?? 0) - 1;
    if (number > 0) this.perService.set(service, number);
    else this.perService.delete(service);
  }

  private noteMost(service: string, number: number): void {
    if (number > this.counts.mostPerService.number) this.counts.mostPerService = { service, number };
  }

  private add(socket: Socket, method: string, kind: RequestKind): void {
    const before = this.marks.get(socket) ?? { read: 0, written: 0 };
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    this.marks.set(socket, now);
    const bytesIn = now.read - before.read;
    const bytesOut = now.written - before.written;
    add(this.counts.total, bytesIn, bytesOut);
    count(this.counts.byMethod, method, bytesIn, bytesOut);
    count(this.counts.byKind, kind, bytesIn, bytesOut);
  }
}

function nothing() {
  return {
    since: 0,
    total: amount(),
    byMethod: new Map<string, Amount>(),
    byKind: new Map<string, Amount>(),
    frames: new Map<string, Amount>(),
    opened: 0,
    mostOpen: 0,
    most: 0,
    mostPerService: { service: null as string | null, number: 0 },
  };
}

function amount(): Amount {
  return { count: 0, bytesIn: 0, bytesOut: 0 };
}

function count(map: Map<string, Amount>, name: string, bytesIn: number, bytesOut: number): void {
  const known = map.get(name) ?? amount();
  map.set(name, known);
  add(known, bytesIn, bytesOut);
}

function add(to: Amount, bytesIn: number, bytesOut: number, requests = 1): void {
  to.count += requests;
  to.bytesIn += bytesIn;
  to.bytesOut += bytesOut;
}
