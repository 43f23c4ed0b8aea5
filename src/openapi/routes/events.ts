import type { Answers } from '../answers.js';
import { EVENTS } from '../examples/upgrades.js';
import { reading, type Paths } from '../operation.js';
import { EVENTS_AFTER, UPGRADE_ID } from '../parameters.js';

const STREAM = {
  description: 'Events as they happen; a comment after 15 s of silence',
  content: { 'text/event-stream': { schema: { type: 'string' }, example: EVENTS } },
};

const TOLD =
  'Each event has `event`, which is `upgrade` or `rollout`, `id`, a number that grows across all upgrades, and `data` in JSON (see `Event`). A reader that was disconnected sends the last `id` that it received, and misses nothing.';

const OF_ONE: Answers = {
  200: STREAM,
  204: { description: 'The upgrade has ended, and no event is left to send' },
};

/** What happens, as it happens. */
export const EVENT_PATHS: Paths = {
  '/events': {
    get: reading({
      id: 'followAll',
      tag: 'Reading',
      summary: 'Streams what happens to all upgrades',
      description: `Server-Sent Events, from now on or from where the reader was disconnected; the stream does not end.\n\n${TOLD}`,
      parameters: EVENTS_AFTER,
      answers: { 200: STREAM },
      refusals: ['request.too_many', 'store.unavailable'],
    }),
  },
  '/upgrades/{id}/events': {
    get: reading({
      id: 'followUpgrade',
      tag: 'Reading',
      summary: 'Streams what happens to an upgrade',
      description: `Server-Sent Events, from the beginning or from where the reader was disconnected, until the upgrade has ended.\n\n${TOLD}`,
      parameters: [UPGRADE_ID, ...EVENTS_AFTER],
      answers: OF_ONE,
      refusals: ['request.not_found', 'request.too_many', 'store.unavailable'],
    }),
  },
};
