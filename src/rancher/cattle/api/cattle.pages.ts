import { UpdaterError } from '../../../common/errors.js';
import { isJsonObject, type Json } from './cattle.wire.js';

/** Pages are cut by position: so many rows can go between two of them without another being missed. */
export const PAGE_OVERLAP = 20;

/** Throws where what is left of a page when its rows are taken out is anything but a list of as many empty objects. */
export function checkRows({ data }: Json): void {
  if (!Array.isArray(data) || !data.every(isTaken)) throw wrongShape('no list where one is due');
}

/** Where the next page begins, a little before the place that Cattle names; null: this was the last. */
export function nextMarker(page: Json): string | null {
  const next = isJsonObject(page['pagination']) ? page['pagination']['next'] : null;
  if (typeof next !== 'string') return null;
  const offset = /[?&]marker=m(\d+)/.exec(next)?.[1];
  if (offset === undefined) throw wrongShape('a list whose next page cannot be told');
  return `m${Math.max(1, Number(offset) - PAGE_OVERLAP)}`;
}

function isTaken(row: unknown): boolean {
  return isJsonObject(row) && Object.keys(row).length === 0;
}

export function wrongShape(what: string): UpdaterError {
  return new UpdaterError('rancher.error', `Rancher answers with ${what}`);
}
