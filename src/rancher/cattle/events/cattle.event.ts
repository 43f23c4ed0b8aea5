import { isId } from '../api/ids.js';
import { isJsonObject, type Json } from '../api/cattle.wire.js';

/** Something about a resource has changed. */
export interface CattleEvent {
  /** The concrete type: `loadBalancerService`, `container`. */
  readonly resourceType: string;
  readonly resourceId: string;
  /** As a GET would answer it; null: the event came without. */
  readonly resource: Json | null;
  /** When Cattle has sent it, in milliseconds since 1970 by its clock; null: it does not say. */
  readonly sentMs: number | null;
}

/** One message of Cattle's event socket. */
export type Frame =
  | { readonly is: 'ping' }
  | { readonly is: 'logout' }
  | { readonly is: 'change'; readonly event: CattleEvent }
  /** Longer than is read, and it cannot be told what it is of. */
  | { readonly is: 'lost' }
  | { readonly is: 'other' };

/**
 * How long a message is read, in bytes: a service's is of some 10 kB. Of a longer one only what it is of, which stands in its
 * beginning.
 */
const MAX_BYTES = 512 * 1024;
const BEGINNING_BYTES = 1000;

/** What a message says in UTF-8, in bounded time: one that is too long counts as a change that it is not told. */
export function readMessage(data: Buffer): Frame {
  if (data.length <= MAX_BYTES) return readFrame(data.toString());
  const [beginning = ''] = data.subarray(0, BEGINNING_BYTES).toString().split('"data"');
  const [name, resourceType, resourceId] = ['name', 'resourceType', 'resourceId'].map(
    (key) => new RegExp(`"${key}" ?: ?"([^"]*)"`).exec(beginning)?.[1],
  );
  if (name === undefined || resourceType === undefined || resourceId === undefined) return { is: 'lost' };
  const event = name === 'resource.change' ? changeIn({ resourceType, resourceId }) : null;
  return event === null ? { is: 'other' } : { is: 'change', event };
}

/** What a message says, whatever it is: never throws. What is no event of Cattle's is `other`. */
export function readFrame(text: string): Frame {
  const message = parsed(text);
  if (!isJsonObject(message)) return { is: 'other' };
  if (message['name'] === 'ping') return { is: 'ping' };
  if (message['name'] === 'logout') return { is: 'logout' };
  const event = message['name'] === 'resource.change' ? changeIn(message) : null;
  return event === null ? { is: 'other' } : { is: 'change', event };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * A resource with another id than the event's is not what has changed, so it is left out. What is no id is no event of
 * Cattle's.
 */
function changeIn({ resourceType, resourceId, data, time }: Json): CattleEvent | null {
  if (typeof resourceType !== 'string' || typeof resourceId !== 'string' || !isId(resourceId)) return null;
  const resource = isJsonObject(data) ? data['resource'] : null;
  const isWhole = isJsonObject(resource) && resource['id'] === resourceId;
  const sentMs = typeof time === 'number' ? time : null;
  return { resourceType, resourceId, resource: isWhole ? resource : null, sentMs };
}
