import type { JsonObject } from '../json.js';

/** One message of the event socket (cattle: Event): the first five fields are always there, or null. */
export interface Frame {
  readonly id: string;
  readonly name: string;
  readonly resourceId: string | null;
  readonly resourceType: string | null;
  readonly data?: JsonObject | null;
  readonly time: number;
}

/** The sign of life. */
export function ping(id: string, time: number): Frame {
  return {
    id,
    name: 'ping',
    resourceId: null,
    resourceType: null,
    data: { options: {}, resources: [] },
    time,
  };
}

/** A change, with the resource as it is now. */
export function change(id: string, time: number, data: JsonObject & { resource: JsonObject }): Frame {
  const { id: resourceId, type } = data.resource;
  return {
    id,
    name: 'resource.change',
    resourceId: String(resourceId),
    resourceType: String(type),
    data,
    time,
  };
}

/** A frame as text, on its way to one reader. */
export interface Message {
  readonly name: string;
  readonly text: string;
}

export function messageOf(frame: Frame): Message {
  return { name: frame.name, text: JSON.stringify(frame) };
}

/** All that comes when the web page's token is deleted. */
export const LOGOUT: Message = { name: 'logout', text: JSON.stringify({ name: 'logout' }) };
