import type { IncomingMessage } from 'node:http';

import type { SimulatorClock } from '../clock.js';
import type { RequestEntry } from '../journal.js';
import { accessKeyOf } from '../asking/keys.js';

/** A request as the journal has it, not answered yet. */
export function entryFor(
  clock: SimulatorClock,
  request: IncomingMessage,
  url: string,
  text: string,
): RequestEntry {
  const mark = url.indexOf('?');
  return {
    at: clock.now(),
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    key: accessKeyOf(request.headers),
    body: parsed(text),
    status: null,
    faults: [],
  };
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
