import { Changes } from '../changes.js';
import type { SocketFaultKind } from './socket-faults.js';

/** Which requests or containers a fault touches; what is left out matches all. */
export interface FaultLimit {
  /** How often it happens, then it is used up. */
  readonly times?: number | undefined;
  /** How many matches pass unharmed first. */
  readonly after?: number | undefined;
  /** `1s7`, `web`, `shop/web` or `Default/shop/web`. */
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  /** Access key of the caller. */
  readonly key?: string | undefined;
  readonly method?: string | undefined;
  /** Part of the path; a RegExp where it comes from code. */
  readonly path?: string | RegExp | undefined;
  readonly action?: string | undefined;
}

/** What happens to a request. `hang` and `trickle` last until the caller gives up or the simulator closes. */
type RequestFault = FaultLimit &
  (
    | { readonly kind: 'latency'; readonly ms: number }
    | { readonly kind: 'unauthorized' }
    | { readonly kind: 'forbidden' }
    | { readonly kind: 'conflict'; readonly stored?: boolean | undefined }
    | {
        readonly kind: 'server-error';
        readonly status?: number | undefined;
        readonly retryAfter?: string | undefined;
      }
    | {
        readonly kind: 'proxy-page';
        /** The proxy has given up on a request that Cattle has done. */
        readonly committed?: boolean | undefined;
        readonly status?: number | undefined;
        readonly retryAfter?: string | undefined;
      }
    | { readonly kind: 'too-many'; readonly retryAfter?: string | undefined }
    | {
        readonly kind: 'redirect';
        readonly status?: 301 | 302 | 307 | 308 | undefined;
        readonly location: string;
      }
    | { readonly kind: 'reset' }
    | { readonly kind: 'lost-reply' }
    | { readonly kind: 'hang'; readonly committed?: boolean | undefined }
    | { readonly kind: 'drop-header'; readonly header: string }
    | { readonly kind: 'trickle'; readonly everyMs?: number | undefined; readonly bytes?: number | undefined }
  );

/** Two upgrades accepted in one window (cattle: the action check and the state change are not atomic). */
export type RaceFault = FaultLimit & {
  readonly kind: 'race';
  /** The image of somebody else's upgrade that slips in; without it the next client's POST is let through. */
  readonly image?: string | undefined;
  readonly winner?: 'ours' | 'theirs' | undefined;
  readonly variant?: 'correct' | 'upgrade-null' | 'previous-is-other' | undefined;
};

/** What happens to containers, matched by `service` and by `image` (with or without `docker:`). */
type ContainerFault = FaultLimit & { readonly image?: string | undefined } & (
    | { readonly kind: 'image-missing'; readonly message?: string | undefined }
    | { readonly kind: 'never-healthy' }
    | { readonly kind: 'healthy-after'; readonly ms: number }
    | { readonly kind: 'slow-pull'; readonly ms: number }
    | { readonly kind: 'crash-loop'; readonly everyMs?: number | undefined }
  );

export type Fault = RequestFault | RaceFault | ContainerFault | (FaultLimit & SocketFaultKind);
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

/** What a fault is matched against. */
export interface FaultSubject {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly action?: string | null | undefined;
  readonly key?: string | null | undefined;
  /** All names under which the environment or service goes. */
  readonly environment?: readonly string[] | undefined;
  readonly service?: readonly string[] | undefined;
  readonly image?: string | null | undefined;
}

/** A fault that has been switched on. */
export interface FaultHandle {
  readonly id: number;
  readonly fault: Fault;
  /** How often it has happened. */
  readonly hits: number;
  remove(): void;
}

interface Entry {
  readonly id: number;
  readonly fault: Fault;
  seen: number;
  hits: number;
  remove(): void;
}

/** The switches: faults are data, so that a test and the control route say the same. */
export class Faults {
  readonly changed = new Changes<void>();
  readonly added = new Changes<FaultHandle>();
  private entries: Entry[] = [];
  private lastId = 0;

  add(fault: Fault): FaultHandle {
    const id = ++this.lastId;
    const entry: Entry = { id, fault, seen: 0, hits: 0, remove: () => this.remove(id) };
    this.entries.push(entry);
    this.changed.emit();
    this.added.emit(entry);
    return entry;
  }

  list(): readonly FaultHandle[] {
    return this.entries;
  }

  remove(id: number): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.changed.emit();
  }

  clear(): void {
    this.entries = [];
    this.changed.emit();
  }

  /** The first fault of this kind that matches, counted as happened; used-up ones are switched off. */
  take<K extends FaultKind>(kind: K, subject: FaultSubject): FaultOf<K> | undefined {
    for (const entry of this.entries) {
      const { fault } = entry;
      if (isKind(fault, kind) && matches(fault, subject) && this.count(entry)) return fault;
    }
    return undefined;
  }

  /** Whether this very fault is still on and strikes; counted as happened. */
  strike(id: number, subject: FaultSubject): boolean {
    const entry = this.entries.find((known) => known.id === id);
    return entry !== undefined && matches(entry.fault, subject) && this.count(entry);
  }

  /** The first fault of this kind that matches now, without counting it. */
  peek<K extends FaultKind>(kind: K, subject: FaultSubject): FaultOf<K> | undefined {
    for (const { fault } of this.entries) {
      if (isKind(fault, kind) && matches(fault, subject)) return fault;
    }
    return undefined;
  }

  private count(entry: Entry): boolean {
    entry.seen += 1;
    if (entry.seen <= (entry.fault.after ?? 0)) return false;
    entry.hits += 1;
    if (entry.hits >= (entry.fault.times ?? Infinity)) this.remove(entry.id);
    return true;
  }
}

function isKind<K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

function matches(fault: Fault, subject: FaultSubject): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== subject.method) return false;
  if (fault.action !== undefined && fault.action !== subject.action) return false;
  if (fault.key !== undefined && fault.key !== subject.key) return false;
  if (fault.service !== undefined && !(subject.service ?? []).includes(fault.service)) return false;
  if (fault.environment !== undefined && !(subject.environment ?? []).includes(fault.environment))
    return false;
  if (fault.path !== undefined && !pathMatches(fault.path, subject.path ?? '')) return false;
  return fault.kind === 'race' || !('image' in fault) || sameImage(fault.image, subject.image ?? null);
}

function pathMatches(pattern: string | RegExp, path: string): boolean {
  return typeof pattern === 'string' ? path.includes(pattern) : pattern.test(path);
}

function sameImage(wanted: string | undefined, image: string | null): boolean {
  if (wanted === undefined) return true;
  return image !== null && bare(wanted) === bare(image);
}

function bare(image: string): string {
  return image.startsWith('docker:') ? image.slice('docker:'.length) : image;
}
