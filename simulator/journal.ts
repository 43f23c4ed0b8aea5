/** One request as it came in and how it ended. */
export interface RequestEntry {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The access key of the caller, also when its secret was wrong; null without a key. */
  readonly key: string | null;
  /** The parsed JSON body; the raw text when it is no JSON; null without one. */
  readonly body: unknown;
  /** null until answered, and for ever when the caller got no answer. */
  status: number | null;
  /** Kinds of the faults that touched it. */
  readonly faults: string[];
}

/** One change of a service's state. */
export interface ChangeEntry {
  readonly at: number;
  readonly service: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
  readonly version: string | null;
  readonly image: string | null;
  /** Who caused it: a key, an actor of the test, or `cattle` for the server itself. */
  readonly actor: string;
}

/** The record from which tests judge; entries stand in the order in which things happened. */
export class Journal {
  readonly requests: RequestEntry[] = [];
  readonly changes: ChangeEntry[] = [];

  constructor(private readonly limit: number) {}

  request(entry: RequestEntry): void {
    this.keep(this.requests, entry);
  }

  change(entry: ChangeEntry): void {
    this.keep(this.changes, entry);
  }

  clear(): void {
    this.requests.length = 0;
    this.changes.length = 0;
  }

  private keep<T>(list: T[], entry: T): void {
    list.push(entry);
    if (list.length > this.limit * 1.1) list.splice(0, list.length - this.limit);
  }
}
