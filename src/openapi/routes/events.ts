import type { Answers } from '../answers.js';
import { EVENTS } from '../examples/upgrades.js';
import { reading, type Paths } from '../operation.js';
import { EVENTS_AFTER, UPGRADE_ID } from '../parameters.js';

const STREAM = {
  description: 'Events as they happen; a comment after 15 s of silence',
  content: { 'text/event-stream': { schema: { type: 'string' }, example: EVENTS } },
};

const TOLD =
  'Of each event, `event` is `upgrade` or `rollout`, `id` a number that grows over all upgrades, and `data` JSON (see `Event`). Whoever broke off says the last `id` it has, and misses nothing.';

const OF_ONE: Answers = {
  200: STREAM,
  204: { description: 'The upgrade has ended, and nothing is left to tell' },
};

/** What happens, as it happens. */
export const EVENT_PATHS: Paths = {
  '/events': {
    get: reading({
      id: 'followAll',
      tag: 'Reading',
      summary: 'Tells what happens to all upgrades, as it happens',
      description: `Server-Sent Events, from now on or from where the reader broke off; without an end.\n\n${TOLD}`,
      parameters: EVENTS_AFTER,
      answers: { 200: STREAM },
      refusals: ['request.too_many', 'store.unavailable'],
    }),
  },
  '/upgrades/{id}/events': {
    get: reading({
      id: 'followUpgrade',
      tag: 'Reading',
      summary: 'Tells what happens to an upgrade, as it happens',
      description: `Server-Sent Events, from the beginning or from where the reader broke off, until the upgrade has ended.\n\n${TOLD}`,
      parameters: [UPGRADE_ID, ...EVENTS_AFTER],
      answers: OF_ONE,
      refusals: ['request.not_found', 'request.too_many', 'store.unavailable'],
    }),
  },
};
