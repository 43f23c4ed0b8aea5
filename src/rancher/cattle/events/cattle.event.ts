import { isId } from '../api/ids.js';
import { isJsonObject, type Json } from '../api/cattle.wire.js';

/** Something about a resource has changed. */
export interface CattleEvent {
  /** The concrete type: `loadBalancerService`, `container`. */
  readonly resourceType: string;
  readonly resourceId: string;
  /** As a GET would answer it; null: the event came without. */
  readonly resource: Json | null;
}

/** One message of Cattle's event socket. */
export type Frame =
  | { readonly is: 'ping' }
  | { readonly is: 'logout' }
  | { readonly is: 'change'; readonly event: CattleEvent }
  | { readonly is: 'other' };

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
function changeIn({ resourceType, resourceId, data }: Json): CattleEvent | null {
  if (typeof resourceType !== 'string' || typeof resourceId !== 'string' || !isId(resourceId)) return null;
  const resource = isJsonObject(data) ? data['resource'] : null;
  const isWhole = isJsonObject(resource) && resource['id'] === resourceId;
  return { resourceType, resourceId, resource: isWhole ? resource : null };
}
