import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { UpdaterError } from '../../../common/errors.js';
import { CattleExchange } from './cattle.exchange.js';
import { KeptRows, type Page } from './cattle.pages.js';
import { wrongShape } from './cattle.replies.js';
import { MAX_PARSED, MAX_ROWS, MIB } from './cattle.transport.js';
import type { Json } from './cattle.wire.js';

const REQUEST_MS = 10_000;
const LIST_MS = 60_000;

/** A service is of some 4 kB, and three times that once it was upgraded. Each is parsed by itself. */
const MAX_PAGE_BYTES = 32 * MIB;

const TRIES = 3;
/** What has taken so long is not tried again here: whoever asked has pauses of their own, and others wait for them. */
const TRYING_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

const PAGE_SIZE = 1000;

export interface GetOptions {
  readonly query?: Readonly<Record<string, string>>;
  /** How often it is asked at most. */
  readonly tries?: number;
  /** How long a try may take; else 10 s, and 60 s for a page of a list. */
  readonly ms?: number;
  /** How long a reply may be; else 4 MiB, and 32 MiB for a page of a list. */
  readonly maxBytes?: number;
  /** Gives up the request and its repetitions. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends GetOptions {
  /** Rows of a page. */
  readonly size?: number;
}

/** What is asked for, and how. */
interface Asked extends GetOptions {
  readonly ms: number;
  readonly maxBytes: number;
  /** Makes what takes the rows of one try. */
  readonly takes?: () => (row: Json) => void;
}

/** Reads from Cattle and asks it for actions; whatever goes wrong is an `UpdaterError` with a `rancher.*` code. */
@Injectable()
export class CattleClient {
  constructor(
    private readonly exchange: CattleExchange,
    private readonly clock: Clock,
  ) {}

  /** As `CattleExchange.calls$`. */
  get calls$(): CattleExchange['calls$'] {
    return this.exchange.calls$;
  }

  /** As `CattleExchange.refused$`. */
  get refused$(): CattleExchange['refused$'] {
    return this.exchange.refused$;
  }

  /** As `CattleExchange.accountKind`. */
  get accountKind(): CattleExchange['accountKind'] {
    return this.exchange.accountKind;
  }

  /** One resource. Tries again, after a pause, where that can help. */
  async get(path: string, options: GetOptions = {}): Promise<Json> {
    return this.ask(path, { ms: REQUEST_MS, maxBytes: MAX_PARSED, ...options });
  }

  /** All rows of a collection, each as it was read last. */
  async list(path: string, options: ListOptions = {}): Promise<readonly Json[]> {
    const rows = new Map<unknown, Json>();
    for await (const page of this.pages(path, options, (row) => row)) {
      for (const row of page) rows.set(row['id'], row);
    }
    return [...rows.values()];
  }

  /**
   * What `keep` makes of the rows of a collection, page by page as they are read; null is left out. What stands in two pages
   * comes twice. `keep` gets each row as it comes, also on pages that are not taken then: it only answers.
   */
  async *pages<T>(
    path: string,
    options: ListOptions,
    keep: (row: Json) => T | null,
  ): AsyncGenerator<readonly T[], void, undefined> {
    const known = new Set<unknown>();
    const keepKnown = (row: Json) => {
      known.add(row['id']);
      return keep(row);
    };
    let marker: string | null = null;
    do {
      const knownBefore = known.size;
      const read: Page<T> = await this.page(path, options, marker, keepKnown);
      marker = read.next;
      const isEndless = known.size === knownBefore || known.size > MAX_ROWS;
      if (marker && isEndless) throw wrongShape('a list that does not end');
      yield read.kept;
    } while (marker);
  }

  /** Asks for an action, once, and not after this time; the contract of `RancherBackend.start` says what its failures mean. */
  async act(path: string, action: string, body: object, notAfter?: Date): Promise<Json> {
    const request = { path: `${path}/?action=${action}`, body, ms: REQUEST_MS, maxBytes: MAX_PARSED };
    return this.exchange.act({ method: 'POST', ...request }, notAfter);
  }

  private async page<T>(
    path: string,
    { size = PAGE_SIZE, ...options }: ListOptions,
    marker: string | null,
    keep: (row: Json) => T | null,
  ): Promise<Page<T>> {
    const query = { ...options.query, limit: String(size), ...(marker && { marker }) };
    const rows = new KeptRows(keep);
    const takes = () => rows.begin();
    const rest = await this.ask(path, { ms: LIST_MS, maxBytes: MAX_PAGE_BYTES, ...options, query, takes });
    return rows.page(rest);
  }

  private async ask(path: string, asked: Asked): Promise<Json> {
    const { query = {}, tries = TRIES, signal, takes, ...rest } = asked;
    const beganMs = this.clock.monotonicMs();
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.exchange.get({ method: 'GET', path, query, signal, take: takes?.(), ...rest });
      } catch (error) {
        const pauseMs = pauseAfter(error, tried);
        const isOver = tried >= tries || this.clock.monotonicMs() - beganMs >= TRYING_MS;
        if (pauseMs === null || isOver || signal?.aborted) throw error;
        await this.clock.sleep(pauseMs, signal);
      }
    }
  }
}

/** Whether Rancher has answered that there is no such thing, or none that the key can see. */
export function isMissing(error: unknown): boolean {
  return error instanceof UpdaterError && error.code === 'rancher.not_found';
}

/** How long to wait before the same is asked again; null: that would not help, or not soon. */
function pauseAfter(error: unknown, tried: number): number | null {
  if (!(error instanceof UpdaterError) || error.code !== 'rancher.unreachable') return null;
  const pauseMs = Math.max(FIRST_PAUSE_MS * 3 ** (tried - 1), error.details.retryAfterMs ?? 0);
  return pauseMs > MAX_PAUSE_MS ? null : pauseMs;
}
