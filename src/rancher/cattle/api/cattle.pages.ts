import { wrongShape } from './cattle.replies.js';
import { isJsonObject, type Json } from './cattle.wire.js';

/** Pages are cut by position: so many rows can go between two of them without another being missed. */
export const PAGE_OVERLAP = 20;

/** What was kept of a page, and where the next one begins; null: it was the last. */
export interface Page<T> {
  readonly kept: readonly T[];
  readonly next: string | null;
}

/** Keeps what `keep` makes of the rows of a page; null is left out. Of a try that has failed nothing counts. */
export class KeptRows<T> {
  private kept: readonly T[] = [];
  private bugs: readonly unknown[] = [];

  constructor(private readonly keep: (row: Json) => T | null) {}

  /** Begins a try, and answers what takes its rows. A bug in keeping is no failure of Rancher: it shows in `page`. */
  begin(): (row: Json) => void {
    const kept: T[] = [];
    const bugs: unknown[] = [];
    this.kept = kept;
    this.bugs = bugs;
    return (row) => {
      try {
        const made = this.keep(row);
        if (made !== null) kept.push(made);
      } catch (error) {
        bugs.push(error);
      }
    };
  }

  /**
   * The page of the last try, of which `rest` is left when its rows are taken out.
   *
   * @throws UpdaterError `rancher.error`
   */
  page(rest: Json): Page<T> {
    if (this.bugs.length > 0) throw this.bugs[0];
    checkRows(rest);
    return { kept: this.kept, next: nextMarker(rest) };
  }
}

/** Throws where there is anything but a list of empty objects, which stand for the rows. */
function checkRows({ data }: Json): void {
  if (!Array.isArray(data) || !data.every(isTaken)) throw wrongShape('no list where one is due');
}

function isTaken(row: unknown): boolean {
  return isJsonObject(row) && Object.keys(row).length === 0;
}

/** A little before the place that Cattle names. */
function nextMarker(rest: Json): string | null {
  const next = isJsonObject(rest['pagination']) ? rest['pagination']['next'] : null;
  if (typeof next !== 'string') return null;
  const offset = /[?&]marker=m(\d+)/.exec(next)?.[1];
  if (offset === undefined) throw wrongShape('a list whose next page cannot be told');
  return `m${Math.max(1, Number(offset) - PAGE_OVERLAP)}`;
}
